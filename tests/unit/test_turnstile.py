"""A turnstile: so many inside, the others in turn, nobody forgotten who gives up."""

from __future__ import annotations

import threading
import time

from hotline.calls.standby.turnstile import Turnstile


def waiter(gate: Turnstile, seconds: float, came: list[int], number: int) -> threading.Thread:
    def wait() -> None:
        if gate.acquire(seconds):
            came.append(number)
            gate.release()

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.02)  # each stands in the queue before the next one comes
    return thread


def test_who_came_first_goes_first() -> None:
    gate, came = Turnstile(1), list[int]()
    assert gate.acquire(0)
    threads = [waiter(gate, 5, came, number) for number in range(6)]
    gate.release()
    for thread in threads:
        thread.join(5)
    assert came == [0, 1, 2, 3, 4, 5]


def test_a_place_that_is_given_back_is_there_again() -> None:
    gate = Turnstile(2)
    for _ in range(3):
        assert gate.acquire(0) and gate.acquire(0)
        assert not gate.acquire(0.01)
        gate.release()
        gate.release()


def test_who_gave_up_keeps_no_place() -> None:
    gate, came = Turnstile(1), list[int]()
    assert gate.acquire(0)
    gone = waiter(gate, 0.01, came, 1)
    gone.join(5)
    stays = waiter(gate, 5, came, 2)
    gate.release()
    stays.join(5)
    assert came == [2]
    assert gate.acquire(0)


def test_never_more_inside_than_there_are_places() -> None:
    gate, inside, most = Turnstile(3), list[int](), list[int]()

    def work(number: int) -> None:
        for _ in range(30):
            if gate.acquire(5):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.remove(number)
                gate.release()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(most) == 300
    assert max(most) == 3
