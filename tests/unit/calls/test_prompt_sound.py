"""A recording is told by its content: WAV and MP3 with their duration, everything else refused with a reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.prompts.sound import SoundError, read
from tests.stories.test_changed_prompts import recording

MP3_FRAME = bytes((0xFF, 0xFB, 0x90, 0x00)) + bytes(413)
"""MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 26 ms."""


def test_a_wav_and_an_mp3_with_their_seconds() -> None:
    sound = read(recording(1.5))
    assert (sound.suffix, sound.seconds) == (".wav", 1.5)
    for before in (b"", b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)):
        sound = read(before + MP3_FRAME * 100)
        assert sound.suffix == ".mp3" and sound.seconds == pytest.approx(100 * 1152 / 44100)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "空的"),
        (recording(1)[:-4000], "不完整"),
        (b"<html>" + bytes(1000), "不是 WAV 或 MP3"),
        (MP3_FRAME * 2, "不是 WAV 或 MP3"),
        (MP3_FRAME * 50 + b"<script>" + bytes(900), "不是 WAV 或 MP3"),
        (b"RIFF\0\0\0\0WAVEfmt ", "PCM"),
        (bytes(5 * 1024 * 1024), "4 MB"),
    ],
)
def test_what_cannot_be_played_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(SoundError, match=why):
        read(content)


@given(st.binary(max_size=300), st.sampled_from((b"", b"RIFF\0\0\0\0WAVE", b"ID3", b"\xff\xfb\x90\x00")))
def test_any_bytes_are_read_or_refused(content: bytes, head: bytes) -> None:
    with suppress(SoundError):
        assert read(head + content).seconds > 0
