"""Periods turn over at the organisation's midnight, whatever its clocks do; checked against Python's zoneinfo."""

import datetime
import itertools
import uuid
import zoneinfo
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.budget.proof import discrepancies

# Clock changes at midnight, across it, by half an hour, by a whole day, and none.
ZONES = (
    "UTC", "Europe/Berlin", "Europe/Moscow", "America/New_York", "America/Havana", "America/Sao_Paulo", "Asia/Beirut",
    "America/Asuncion", "Africa/Cairo", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns",
    "Asia/Kathmandu", "Pacific/Kiritimati", "America/Santiago",
)  # fmt: skip
PERIODS = ("daily", "weekly", "monthly", "yearly")
EARLIEST, LATEST = (datetime.datetime(year, 1, 1, tzinfo=UTC) for year in (2000, 2026))
instants = st.integers(0, int((LATEST - EARLIEST).total_seconds())).map(lambda n: EARLIEST + timedelta(seconds=n))


def midnight(day, zone):
    """The first instant of a local day. `fold=0` is the first of two midnights, and the end of a gap that eats one."""
    local = datetime.datetime(day.year, day.month, day.day, tzinfo=zoneinfo.ZoneInfo(zone), fold=0)
    return local.astimezone(UTC)


def first_day(period, day):
    if period == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1 if period != "daily" else day.day, month=1 if period == "yearly" else day.month)


def next_first_day(period, day):
    start = first_day(period, day)
    step = {"daily": 1, "weekly": 7, "monthly": 31, "yearly": 366}[period]
    return start + timedelta(days=step) if step < 31 else first_day(period, start + timedelta(days=step))


def expected(period, zone, at):
    day = at.astimezone(zoneinfo.ZoneInfo(zone)).date()
    start, end = midnight(first_day(period, day), zone), midnight(next_first_day(period, day), zone)
    if at >= end:  # the clocks went back over midnight: the new period has begun already
        day = next_first_day(period, day)
        start, end = end, midnight(next_first_day(period, day), zone)
    return start, end


def bounds(db, period, zone, at):
    with db.reading() as work:
        [row] = work.run(
            "SELECT * FROM period_bounds(:period, :zone, CAST(:at AS timestamptz))", period=period, zone=zone, at=at
        )
    return row["period_start"], row["period_end"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PERIODS), st.sampled_from(ZONES), instants)
@example("daily", "America/Havana", datetime.datetime(2025, 11, 2, 4, 30, tzinfo=UTC))  # the first of two midnights
@example("daily", "America/Sao_Paulo", datetime.datetime(2018, 11, 4, 3, 0, tzinfo=UTC))  # a day without a midnight
@example("daily", "Pacific/Apia", datetime.datetime(2011, 12, 30, 10, 0, tzinfo=UTC))  # the day that never was
@example("daily", "America/St_Johns", datetime.datetime(2010, 11, 7, 2, 45, tzinfo=UTC))  # back over midnight
@example("monthly", "Europe/Berlin", datetime.datetime(2024, 2, 29, 23, 30, tzinfo=UTC))
def test_bounds_agree_with_zoneinfo(db, period, zone, at):
    assert bounds(db, period, zone, at) == expected(period, zone, at)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PERIODS), st.sampled_from(ZONES), instants)
def test_each_instant_is_in_its_period_and_the_next_begins_where_it_ends(db, period, zone, at):
    start, end = bounds(db, period, zone, at)
    assert start <= at < end
    assert bounds(db, period, zone, end)[0] == end
    assert bounds(db, period, zone, end - timedelta(microseconds=1)) == (start, end)


@pytest.fixture
def daily(person, db):
    """A person in Havana with $0.0001 a day."""
    someone = person(budget=100)
    with db.transaction() as work:
        work.run(
            "UPDATE organizations SET time_zone = 'America/Havana' WHERE organization_id = CAST(:id AS uuid)",
            id=someone.organization_id,
        )
        work.run("UPDATE budgets SET period = 'daily' WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    return someone


def hold_at(db, person, amount, at):
    request_id = uuid.uuid4().hex
    with db.transaction() as work:
        work.run(
            """SELECT hold_budget(CAST(:o AS uuid), CAST(:u AS uuid), :r, CAST(:amount AS bigint), 'test',
                                  CAST(:at AS timestamptz))""",
            o=person.organization_id,
            u=person.user_id,
            r=request_id,
            amount=amount,
            at=at,
        )
    return request_id


def settle_at(db, person, request_id, cost, at):
    with db.transaction() as work:
        work.run(
            "SELECT settle_hold(CAST(:o AS uuid), :r, CAST(:cost AS bigint), 0, CAST(:at AS timestamptz))",
            o=person.organization_id,
            r=request_id,
            cost=cost,
            at=at,
        )


def periods(db, person):
    with db.reading() as work:
        return work.run(
            """SELECT p.period_start, p.period_end, p.spent, p.held
               FROM budget_periods p JOIN budgets b USING (budget_id)
               WHERE b.owner_id = CAST(:id AS uuid) ORDER BY p.period_start""",
            id=person.user_id,
        )


def test_a_hold_settles_in_the_period_it_was_taken_in_and_the_new_one_is_whole(db, daily):
    midnight_there = datetime.datetime(2025, 11, 2, 4, tzinfo=UTC)  # the first of two
    before, after = midnight_there - timedelta(microseconds=1), midnight_there
    old = hold_at(db, daily, 100, before)
    with pytest.raises(Exception, match="no room"):
        hold_at(db, daily, 1, before)
    hold_at(db, daily, 100, after)
    with pytest.raises(Exception, match="no room"):
        hold_at(db, daily, 1, midnight_there + timedelta(minutes=90))  # past the second midnight, still this day
    settle_at(db, daily, old, 70, after + timedelta(hours=3))
    assert [(p["spent"], p["held"]) for p in periods(db, daily)] == [(70, 0), (0, 100)]
    with db.reading() as work:
        assert discrepancies(work) == []


def test_a_changed_zone_never_makes_two_periods_at_once(db, daily):
    start = datetime.datetime(2025, 6, 10, 12, tzinfo=UTC)
    hold_at(db, daily, 40, start)
    with db.transaction() as work:
        work.run(
            "UPDATE organizations SET time_zone = 'Asia/Tokyo' WHERE organization_id = CAST(:id AS uuid)",
            id=daily.organization_id,
        )
    for hours in (4, 8, 15, 20, 26, 40):
        hold_at(db, daily, 10, start + timedelta(hours=hours))
    found = periods(db, daily)
    assert all(earlier["period_end"] <= later["period_start"] for earlier, later in itertools.pairwise(found))
    with db.reading() as work:
        assert discrepancies(work) == []


def test_a_clock_that_goes_back_finds_the_period_of_then(db, daily):
    late, early = (datetime.datetime(2025, 3, day, 12, tzinfo=UTC) for day in (2, 1))
    hold_at(db, daily, 100, late)
    hold_at(db, daily, 100, early)
    assert [p["held"] for p in periods(db, daily)] == [100, 100]
