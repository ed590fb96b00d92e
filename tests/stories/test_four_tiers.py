"""The same software for a city of four tiers, by data alone (mission.md 19)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS
from tests.stories.town import Town


@pytest.fixture
def city(make_town: Callable[..., Town], city_template: str) -> Town:
    """The sample city: city, district, street, community."""
    return make_town(template=city_template)


def test_street_then_community_then_neighbour_then_city(city: Town) -> None:
    city.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await city.ring("p003", "trunk")
        await call.hears("您好，园岭街道关爱帮扶热线")
        await city.handset("yuanling-1").rings(within=15)
        await city.handset("yuanling-beihai-1").rings(within=30)
        await city.handset("lianhua-1").rings(within=40)
        await city.handset("city-1").rings(within=40)
        await call.hears_beep(within=120)

    city.play(story(), working=False)


def test_the_district_stands_between_street_and_city(city: Town) -> None:
    city.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await city.ring("p003", "trunk")
        await city.handset("futian-1").rings(within=90)
        call.hang_up()

    city.play(story(), working=False)
    [district] = [leg for leg in city.legs() if leg.rung_at and leg.label.startswith("福田区")]
    assert district.tier_kind == "neighbour"


def test_another_street_is_found_by_number(city: Town) -> None:
    city.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await city.ring("+8615400005555", "trunk")
        await call.hears("您好，深圳市")
        call.press("1")
        await call.hears("街道按1")

    city.play(story(), working=False)
