"""The 1+N plan: whom it rings in which order, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.facts import BranchFacts, Facts, Phone, StationFacts
from hotline.calls.routing import Plan, make_plan
from hotline.directory.policy import RoutingPolicy

SPACE = UUID(int=7)
NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


def phone(name: str, number: str = "", kind: str = "handset", **more: object) -> Phone:
    return Phone(kind, uuid5(SPACE, name), number or name, name, **more)  # type: ignore[arg-type]


def station(name: str, *, duty: bool = True) -> StationFacts:
    first, second = phone(f"{name}-1"), phone(f"{name}-2")
    return StationFacts(uuid5(SPACE, name), name, (first, second), first if duty else None, second if duty else None)


def branch(name: str, serves: str, kind: str = "volunteer", *, is_open: bool = True) -> BranchFacts:
    return BranchFacts(phone(name, kind="branch"), uuid5(SPACE, name), name, kind, frozenset({serves}), is_open)


def county(**more: object) -> Facts:
    facts = Facts(
        now=NOW,
        policy=RoutingPolicy(),
        station=station("端氏镇"),
        village=replace(station("坪上村"), backup=None, handsets=(phone("坪上村-1"),), first=None),
        neighbours=(station("嘉峰镇"),),
        county=station("县中心"),
        branches=(branch("志愿队", "daily_life"), branch("供电", "other", "partner")),
        caller="survivor",
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def rung(plan: Plan) -> list[tuple[str, list[str]]]:
    return [(tier.kind, [t.phone.label for t in tier.targets]) for tier in plan.tiers]


def passed(plan: Plan) -> dict[str, str]:
    tiers = (*plan.tiers, *plan.skipped)
    return {t.phone.label: t.reason for tier in tiers for t in tier.passed}


def test_the_default_way_is_the_trunk_then_the_branches() -> None:
    assert rung(make_plan(county())) == [
        ("duty", ["端氏镇-1"]),
        ("backup", ["端氏镇-2", "坪上村-1"]),
        ("neighbour", ["嘉峰镇-1"]),
        ("county", ["县中心-1", "县中心-2"]),
        ("volunteer", ["志愿队"]),
        ("partner", ["供电"]),
    ]


def test_the_default_way_to_the_message_is_at_most_ninety_seconds() -> None:
    assert make_plan(county()).seconds() <= 90


def test_the_paired_person_on_duty_rings_together_with_the_duty_handset() -> None:
    paired = phone("结对", kind="staff")
    plan = make_plan(county(paired=paired, paired_on_duty=True))
    assert plan.tiers[0].targets[0].reason == "paired"
    assert rung(plan)[0] == ("duty", ["结对", "端氏镇-1"])


def test_the_paired_person_who_is_off_duty_is_left_in_peace() -> None:
    plan = make_plan(county(paired=phone("结对", kind="staff"), paired_on_duty=False))
    assert rung(plan)[0] == ("duty", ["端氏镇-1"])
    assert passed(plan)["结对"] == "not_on_duty"


def test_without_a_roster_the_stations_handset_rings() -> None:
    plan = make_plan(county(station=station("端氏镇", duty=False)))
    assert plan.tiers[0].targets[0].reason == "handset"


def test_an_empty_tier_takes_no_place() -> None:
    plan = make_plan(county(neighbours=(), branches=()))
    assert [tier.kind for tier in plan.tiers] == ["duty", "backup", "county"]


def test_a_busy_or_dead_handset_and_the_callers_own_number_are_passed_over() -> None:
    busy = replace(station("端氏镇"), first=phone("忙", busy=True), backup=phone("死", state="dead"))
    plan = make_plan(county(station=busy, neighbours=(replace(station("邻"), first=phone("本机", "survivor")),)))
    assert passed(plan) | {"忙": "busy", "死": "dead", "本机": "own_number"} == passed(plan)
    assert "duty" not in dict(rung(plan))


def test_a_line_with_its_own_queue_is_never_busy() -> None:
    line = branch("客服", "daily_life")
    plan = make_plan(county(branches=(replace(line, phone=replace(line.phone, busy=True, own_queue=True)),)))
    assert ("volunteer", ["客服"]) in rung(plan)


def test_urgent_help_rings_the_whole_trunk_at_once() -> None:
    kind, labels = rung(make_plan(county(urgent=True)))[0]
    assert kind == "urgent"
    assert set(labels) == {"端氏镇-1", "端氏镇-2", "坪上村-1", "嘉峰镇-1", "县中心-1", "县中心-2"}


def test_a_chosen_need_goes_to_its_volunteers_first_and_falls_back_to_the_trunk() -> None:
    branches = (branch("心理队", "counselling"), branch("生活队", "daily_life"))
    plan = make_plan(county(need="counselling", branches=branches))
    assert rung(plan)[:2] == [("volunteer", ["心理队"]), ("duty", ["端氏镇-1"])]
    assert passed(plan)["生活队"] == "other_need"


def test_a_branch_outside_its_hours_is_not_rung() -> None:
    plan = make_plan(county(branches=(branch("志愿队", "daily_life", is_open=False),)))
    assert passed(plan)["志愿队"] == "closed"
    assert "volunteer" not in dict(rung(plan))


def test_a_branchs_own_line_enters_at_that_branch_whatever_it_serves() -> None:
    mine = branch("电信", "communications", "partner")
    plan = make_plan(
        county(flow="partner", called_owner=mine.owner_id, branches=(mine, branch("供电", "other", "partner")))
    )
    assert rung(plan)[0] == ("partner", ["电信", "供电"])
    assert plan.tiers[0].targets[0].reason == "called_line"


def test_after_a_cut_off_the_same_handset_rings_first() -> None:
    plan = make_plan(county(cut_off=phone("县中心-2")))
    assert rung(plan)[0] == ("duty", ["县中心-2", "端氏镇-1"])
    assert rung(plan)[3] == ("county", ["县中心-1"])


def test_a_sequential_policy_rings_one_telephone_after_the_other() -> None:
    plan = make_plan(county(policy=RoutingPolicy(simultaneous=False, limit_seconds=300)))
    assert all(len(tier.targets) == 1 for tier in plan.tiers)


def test_what_does_not_fit_into_the_limit_is_left_out_with_its_reason() -> None:
    plan = make_plan(county(policy=RoutingPolicy(limit_seconds=20)))
    assert plan.seconds() <= 20
    assert passed(plan)["供电"] == "no_time"


def test_a_suspect_handset_rings_last_of_its_tier() -> None:
    first = phone("疑", state="suspect")
    plan = make_plan(county(station=replace(station("端氏镇"), first=first), cut_off=phone("好")))
    assert rung(plan)[0] == ("duty", ["好", "疑"])


numbers = st.sampled_from([f"+86154000000{n:02d}" for n in range(12)] + [""])
phones = st.builds(
    Phone,
    kind=st.sampled_from(["handset", "staff", "branch"]),
    id=st.uuids(),
    number=numbers,
    label=st.text("abc", min_size=1, max_size=3),
    state=st.sampled_from(["ok", "suspect", "dead"]),
    busy=st.booleans(),
    own_queue=st.booleans(),
)
maybe = st.none() | phones
stations = st.builds(
    StationFacts,
    id=st.uuids(),
    name=st.just("站"),
    handsets=st.lists(phones, max_size=3).map(tuple),
    first=maybe,
    backup=maybe,
)
branches = st.builds(
    BranchFacts,
    phone=phones,
    owner_id=st.uuids(),
    owner=st.just("队"),
    kind=st.sampled_from(["volunteer", "partner"]),
    serves=st.frozensets(st.sampled_from(["daily_life", "urgent", "other"])),
    open=st.booleans(),
)
policies = st.builds(
    RoutingPolicy,
    limit_seconds=st.integers(20, 200),
    simultaneous=st.booleans(),
    most_targets=st.integers(1, 10),
)
any_facts = st.builds(
    Facts,
    now=st.just(NOW),
    policy=policies,
    station=stations,
    village=st.none() | stations,
    neighbours=st.lists(stations, max_size=3).map(tuple),
    county=st.none() | stations,
    paired=maybe,
    paired_on_duty=st.booleans(),
    branches=st.lists(branches, max_size=5).map(tuple),
    caller=st.none() | numbers,
    flow=st.sampled_from(["main", "volunteer", "partner"]),
    need=st.sampled_from(["", "daily_life", "urgent"]),
    domain=st.sampled_from(["", "other"]),
    urgent=st.booleans(),
    cut_off=maybe,
)


@given(any_facts)
def test_no_number_twice_nor_the_callers_own_nor_one_that_cannot_be_rung(facts: Facts) -> None:
    targets = [t.phone for tier in make_plan(facts).tiers for t in tier.targets]
    dialled = [p.number for p in targets]
    assert len(dialled) == len(set(dialled))
    assert facts.caller not in dialled
    assert "" not in dialled
    assert not [p for p in targets if p.state == "dead" or (p.busy and not p.own_queue)]


@given(any_facts)
def test_the_way_to_the_message_never_exceeds_the_limit(facts: Facts) -> None:
    plan = make_plan(facts)
    assert all(5 <= tier.ring_seconds <= 60 and tier.targets for tier in plan.tiers)
    if plan.tiers:
        assert plan.seconds() <= facts.policy.limit_seconds


@given(any_facts)
def test_every_telephone_considered_has_a_reason(facts: Facts) -> None:
    plan = make_plan(facts)
    considered = [t for tier in (*plan.tiers, *plan.skipped) for t in (*tier.targets, *tier.passed)]
    assert all(t.reason for t in considered)
    assert {b.phone.id for b in facts.branches} <= {t.phone.id for t in considered}
