"""What an administrator changes of the prompts is heard by the next caller: other words, a recording, and back."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable

from sqlalchemy.orm import Session

from hotline.calls.prompts import desk
from hotline.calls.prompts.desk import Author, Prompt
from tests.stories.town import Town

KEY = "main_line.greeting"
WORDS = "您好，这里是{station}关爱热线，马上为您转接。其他事按9。"


def recording(seconds: float) -> bytes:
    """Return a WAV of some silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * int(8000 * seconds))
    return file.getvalue()


def change(town: Town, make: Callable[[Session, Prompt, Author], None]) -> None:
    def work(session: Session) -> None:
        prompt = desk.find(session, town.x.prompts.original, KEY, "zh-CN", lock=True)
        assert prompt
        make(session, prompt, Author("管理员", None, town.world.now()))

    town.change(work)


def test_the_next_caller_hears_what_was_changed(town: Town) -> None:
    prompts = town.x.prompts
    book = prompts.original

    async def story() -> None:
        change(town, lambda session, prompt, by: desk.say(session, book, prompt, WORDS, by))
        call = await town.ring("p001", "longgang")
        await call.hears("您好，这里是龙港镇关爱热线，马上为您转接")
        call.hang_up()
        await town.world.quiet()

        sound = recording(4)
        change(
            town, lambda session, prompt, by: desk.record(session, prompts.original, prompt, sound, prompts.folder, by)
        )
        call = await town.ring("p003", "longgang")
        await call.hears("/carrier/audio/recorded/")
        played = call.transcript.find("/carrier/audio/recorded/", 0)
        assert played and "这里是" not in str(played)
        await town.handset("longgang-1").rings(within=15)
        call.hang_up()
        await town.world.quiet()

        for file in prompts.folder.glob("*.wav"):  # a host that has not got the file speaks the words
            file.unlink()
        change(town, lambda session, prompt, by: desk.say(session, book, prompt, WORDS, by))
        call = await town.ring("p004", "longgang")
        await call.hears("您好，这里是龙港镇关爱热线")
        call.hang_up()

    town.play(story())
    started_again = type(prompts)(prompts.original, prompts.folder)  # without any database
    assert started_again.book.text(KEY, "zh-CN") == WORDS
