"""Whether a file is a recording that carriers play, and how long it is: told by its content, not its name. Pure."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

LARGEST = 4 * 1024 * 1024
"""Bytes of a recording; half a minute as WAV has less than three million."""

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""MPEG version bits -> samples a second."""
_KILOBITS = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""MPEG 1, or 2 and 2.5 -> thousands of bits a second (layer III)."""


class SoundError(ValueError):
    """The file cannot be played; the message says why in Chinese and English."""


@dataclass(frozen=True)
class Sound:
    """``suffix``: .wav or .mp3; ``seconds``: its duration."""

    suffix: str
    seconds: float


def read(content: bytes) -> Sound:
    """Return what a file is. Raises SoundError."""
    if not content:
        raise SoundError("文件是空的 (the file is empty)")
    if len(content) > LARGEST:
        raise SoundError("文件超过 4 MB (the file has more than 4 MB)")
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return Sound(".wav", _wav(content))
    seconds = _mp3(content)
    if not seconds:
        raise SoundError("不是 WAV 或 MP3 录音 (neither a WAV nor an MP3 recording)")
    return Sound(".mp3", seconds)


def _wav(content: bytes) -> float:
    try:
        with wave.open(io.BytesIO(content), "rb") as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
            size = sound.getnchannels() * sound.getsampwidth()
            whole = len(sound.readframes(frames)) == frames * size
            plain = sound.getnchannels() <= 2 and sound.getsampwidth() <= 2 and 8000 <= rate <= 48000
    except (wave.Error, EOFError, ValueError) as error:
        raise SoundError("WAV 应为 PCM 编码，请另存为 8 或 16 位 PCM (a WAV must be 8 or 16 bit PCM)") from error
    if not plain:
        raise SoundError("WAV 应为单声道或立体声、8 或 16 位、8 到 48 kHz (mono or stereo, 8 or 16 bit, 8 to 48 kHz)")
    if not frames or not whole:
        raise SoundError("录音不完整，请重新保存或上传 (the recording is cut off)")
    return frames / rate


def _mp3(content: bytes) -> float:
    """Return the seconds of an MPEG layer III stream; 0 where it is none. Each frame says how long it is."""
    at = _after_tag(content)
    seconds, frames = 0.0, 0
    while at + 4 <= len(content) and (frame := _frame(content[at : at + 4])):
        length, duration = frame
        if at + length > len(content) + 1:
            break
        seconds, frames, at = seconds + duration, frames + 1, at + length
    rest = content[at : at + 3]
    return seconds if frames >= 3 and (at >= len(content) or rest == b"TAG" or rest[:2] == b"AP") else 0.0


def _after_tag(content: bytes) -> int:
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    size = 0
    for byte in content[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _frame(head: bytes) -> tuple[int, float] | None:
    """Return length in bytes and duration in seconds of the frame that begins so."""
    if head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] >> 1 & 3 != 1:
        return None
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rate == 3:
        return None
    samples = 1152 if version == 3 else 576
    hertz = _RATES[version][rate]
    kilobits = _KILOBITS[3 if version == 3 else 2][bits]
    return samples // 8 * kilobits * 1000 // hertz + (head[2] >> 1 & 1), samples / hertz
