"""Where the installation speaks English, those of ours hear English: the wrap-up, and the menu when they ring."""

from __future__ import annotations

from collections.abc import Callable

from hotline.simulator.party import Party
from tests.stories.town import Town
from tests.stories.waiting import rings


async def spoken(town: Town, desk: Party) -> list[str]:
    """Listen for a while and hang up; returns the language of each sentence."""
    await town.world.passes(12)
    desk.hang_up()
    await desk.ends()
    return [entry.language for entry in desk.transcript.entries if entry.kind == "say"]


def test_the_desk_on_a_handset_speaks_the_installations_language(make_town: Callable[..., Town]) -> None:
    town = make_town(language="en")

    async def story() -> list[list[str]]:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings(within=20)
        phone.answer()
        await phone.hears("1")
        phone.press("1")
        await call.joined(phone.number)
        await town.world.passes(20)
        call.hang_up()
        await phone.ends()
        desk = await rings(town, phone, minutes=1)
        desk.answer()
        return [await spoken(town, desk), await spoken(town, await town.ring(phone.number, "longgang"))]

    for languages in town.play(story(), working=False):
        assert languages and set(languages) == {"en-GB"}
