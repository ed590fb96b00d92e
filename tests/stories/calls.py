"""What happens again and again in stories: a call that is answered, a wrap-up by keys."""

from __future__ import annotations

import re

from hotline.simulator.party import Party
from hotline.simulator.phone import Phone
from tests.stories.town import Town
from tests.stories.waiting import rings


async def answered(town: Town, caller: str = "p003", talked: float = 20) -> Phone:
    """A survivor rings, the duty handset accepts, they talk, she hangs up."""
    call = await town.ring(caller, "longgang")
    phone = town.handset("longgang-1")
    await phone.rings(within=20)
    phone.answer()
    await phone.hears("接听按1")
    phone.press("1")
    await call.joined(phone.number)
    await town.world.passes(talked)
    call.hang_up()
    await phone.ends()
    return phone


async def wrapped_up(town: Town, phone: Phone, key: str, branch: str = "") -> None:
    """The handset is rung and wraps the call up by a key; ``branch`` is whom the ticket is handed over to."""
    desk = await rings(town, phone, minutes=1)
    desk.answer()
    await desk.hears("刚才")
    desk.press(key)
    if branch:
        await desk.hears("转给谁")
        desk.press(await item(desk, branch))
    await town.world.passes(1)
    desk.hang_up()
    await desk.ends()


async def item(desk: Party, branch: str) -> str:
    """Return the key under which a list names the branch; pages are turned until it does."""
    for _ in range(4):
        await desk.hears("返回按0")
        told = re.findall(rf"{branch}[^，]*按(\d)，", str(desk.transcript))
        if told:
            return str(told[-1])
        desk.press("9")
    raise AssertionError(f"{branch} is not in the list:\n{desk.transcript}")
