"""The clock can be set by tests and the demo loader, and by nothing that runs beside them."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from rectify.lib import clock
from rectify.lib.shanghai import SHANGHAI, day_of, start_of_day

MOMENT = datetime(2021, 5, 12, 16, 0, tzinfo=UTC)


def test_the_clock_runs_in_utc_and_its_day_is_the_one_in_shanghai() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= before + timedelta(seconds=5)
    with clock.at(MOMENT):
        assert clock.now() == MOMENT
        assert clock.now().tzinfo is UTC
        assert clock.today() == date(2021, 5, 13)


def test_settings_nest_and_end_with_their_block() -> None:
    with clock.at(MOMENT):
        with clock.at(MOMENT + timedelta(days=1)):
            assert clock.today() == date(2021, 5, 14)
        assert clock.today() == date(2021, 5, 13)
    assert clock.now() > MOMENT


def test_the_setting_ends_even_when_the_block_fails() -> None:
    with pytest.raises(RuntimeError), clock.at(MOMENT):
        raise RuntimeError
    assert clock.now() > MOMENT


def test_a_thread_of_its_own_has_the_real_time() -> None:
    seen: list[datetime] = []
    with clock.at(MOMENT):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0] > MOMENT


def test_a_naive_moment_cannot_be_set() -> None:
    naive = MOMENT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"), clock.at(naive):
        pass


def test_a_day_in_shanghai_begins_at_sixteen_hours_utc_the_day_before() -> None:
    start = start_of_day(date(2021, 5, 13))
    assert start == MOMENT
    assert start.tzinfo is SHANGHAI
    assert day_of(start) == date(2021, 5, 13)
    assert day_of(start - timedelta(microseconds=1)) == date(2021, 5, 12)


def test_days_and_moments_are_not_mixed_up() -> None:
    with pytest.raises(TypeError):
        start_of_day(MOMENT)
    with pytest.raises(ValueError, match="aware"):
        day_of(MOMENT.replace(tzinfo=None))
