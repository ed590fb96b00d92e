"""The book: recordings, languages that lack a prompt, values that are missing, files that are broken."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_flows.engine.steps import Prompt, prompt
from ivr_flows.wording import Book, WordingError, duration, load_book, spoken
from tests.flows.phone import BOOK


def record(file: Path, seconds: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * int(8000 * seconds))


def test_text_and_its_estimated_duration() -> None:
    words = BOOK.words(prompt("message.promise", callback="十五分钟内"), "zh-CN")
    assert words.text == "我们十五分钟内一定给您回电话。" and words.audio is None
    assert words.seconds == pytest.approx(14 / 4.5)
    assert duration("Hello, you are") == 1.0
    assert duration("Dial 120") == pytest.approx((8 + 9) / 14)


def test_the_most_specific_recording_wins(tmp_path: Path) -> None:
    layers = ["main/沁水话/zh-CN", "main/zh-CN", "沁水话/zh-CN", "zh-CN"]
    asked = prompt("entrance.wrong")
    assert load_book(tmp_path).words(asked, "zh-CN", "main", "沁水话").audio is None
    for length, layer in enumerate(reversed(layers), 1):
        record(tmp_path / "audio" / layer / "entrance.wrong.wav", length)
        words = load_book(tmp_path).words(asked, "zh-CN", "main", "沁水话")
        assert words.audio == f"{layer}/entrance.wrong.wav" and words.seconds == length
    book = load_book(tmp_path)
    assert book.words(asked, "zh-CN", "other", "沁水话").audio == "沁水话/zh-CN/entrance.wrong.wav"
    assert book.words(asked, "zh-CN", "main").audio == "main/zh-CN/entrance.wrong.wav"
    assert book.words(asked, "zh-CN").audio == "zh-CN/entrance.wrong.wav"
    assert book.words(asked, "en", "main", "沁水话").audio is None
    assert book.words(asked, "zh-CN", "../main", "..").audio == "zh-CN/entrance.wrong.wav"


def test_only_recordings_of_the_book_are_files(tmp_path: Path) -> None:
    record(tmp_path / "audio/zh-CN/error.line.wav", 1)
    record(tmp_path / "secret.wav", 1)
    book = load_book(tmp_path)
    assert book.audio_file("zh-CN/error.line.wav") == tmp_path / "audio/zh-CN/error.line.wav"
    assert book.audio_file("../secret.wav") is None and book.audio_file("zh-CN/other.wav") is None


def test_a_recording_in_a_telephone_codec_is_played_with_an_estimated_length(tmp_path: Path) -> None:
    file = tmp_path / "audio/zh-CN/error.line.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF\0\0\0\0WAVE not pcm")
    words = load_book(tmp_path).words(prompt("error.line"), "zh-CN")
    assert words.audio == "zh-CN/error.line.wav" and words.seconds == duration(words.text)


def test_a_folder_of_ones_own_replaces_single_sentences(tmp_path: Path) -> None:
    (tmp_path / "zh-CN.toml").write_text('[entrance]\nwrong = "不要紧，\\n马上接通。"\n', encoding="utf-8")
    book = load_book(tmp_path)
    assert book.text("entrance.wrong", "zh-CN") == "不要紧， 马上接通。"
    assert book.text("entrance.wrong", "en") == BOOK.text("entrance.wrong", "en")
    assert book.text("entrance.keys", "zh-CN") == BOOK.text("entrance.keys", "zh-CN")


@pytest.mark.parametrize("text", ["[a\n", 'wrong = "x"\n', "[a]\nb = 3\n", '[a]\nb = " "\n'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "zh-CN.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WordingError, match=r"zh-CN\.toml"):
        load_book(tmp_path)


def test_what_is_missing_is_said_in_another_language_or_kindly() -> None:
    book = Book({"zh-CN": {"a.b": "你好", "trying.other": "请稍等"}, "en": {"a.c": "Hello"}})
    assert book.words(prompt("a.c"), "zh-CN").text == "Hello"
    assert book.words(prompt("a.b"), "en").text == "你好"
    assert book.words(prompt("trying.unheard_of"), "zh-CN").text == "请稍等"
    assert book.words(prompt("a.b"), "fr").text == "你好"
    assert BOOK.words(prompt("no.such"), "zh-CN").text == BOOK.text("error.moment", "zh-CN")
    assert Book({}).words(prompt("a.b"), "en").text == ""


def test_a_missing_value_is_left_out() -> None:
    assert "{" not in BOOK.words(prompt("main_line.greeting"), "zh-CN").text


@given(text=st.text(), values=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_filling_in_never_raises(text: str, values: dict[str, str]) -> None:
    spoken(text, values)
    BOOK.words(Prompt(text, tuple(values.items())), text, text, text)
    assert duration(text) >= 0
