"""Handset test: a handset on which nobody has pressed a key for days is rung, once a day at most."""

from __future__ import annotations

from hotline.calls.keeping.rules import within
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.models import Errand
from hotline.directory.models import Handset, Station
from hotline.directory.words import short_name
from ivr_flows.engine.steps import Effect, Facts


class HandsetTest(Kind):
    """Asks for one key; how the call ends is what the handset's health learns from (see hotline.directory.health)."""

    flow = "handset_test"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Unless somebody has pressed a key on it meanwhile, or the hours for tests are over."""
        handset = work.session.get(Handset, errand.target_id)
        if handset is None or not handset.active or not within(work.now, work.x.settings.handset_test_hours):
            return False
        return handset.confirmed_at is None or handset.confirmed_at < errand.created_at

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Which station's handset it is."""
        station = work.session.get_one(Station, errand.station_id)
        return Facts(errand.language, {"station": short_name(station, errand.language)})

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """A human is there."""
        errand.result = effect.kind
