"""Two beats tick at the same instants: each thing that is due is begun twice, by two workers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.matrix.failing import Mend
from tests.stories.town import Deed, Town


def twice(town: Town) -> Mend:
    """Whatever the workers do is done by two of them, side by side."""
    well = town.worker

    def both(deed: Deed) -> object:
        together = Barrier(2)

        def one(_: int) -> object:
            together.wait(10)
            return well(deed)

        with ThreadPoolExecutor(2, thread_name_prefix="beat") as workers:
            return list(workers.map(one, range(2)))

    town.worker = both

    def mend() -> None:
        town.worker = well

    return mend
