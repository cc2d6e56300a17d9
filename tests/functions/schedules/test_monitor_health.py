"""The monitor: tells the administrators once when a condition lasts, reminds them, and tells them when it is over."""

import json

import pytest

from assistant.monitoring import conditions, measured
from assistant.platform import queues
from functions.schedules.monitor_health import handler


@pytest.fixture(autouse=True)
def quiet(db, monkeypatch):
    """Nothing is wrong to begin with, whatever earlier tests left."""
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URLS", "http://queue/one,http://queue/two")
    monkeypatch.setattr(queues, "depth_of", lambda url: 0)
    monkeypatch.setattr(measured, "traffic", lambda: NoTraffic())
    with db.transaction() as work:
        for statement in (
            "DELETE FROM monitor_states",
            "DELETE FROM rfcs",
            "DELETE FROM tasks",
            "DELETE FROM llm_calls",
            "DELETE FROM notifications",
        ):
            work.run(statement)
        work.run("DELETE FROM budget_incidents")


class NoTraffic:
    def recent(self, minutes):
        return measured.Served()


@pytest.fixture
def look(scheduled, context, db):
    """Look as if so many seconds had passed since the last look."""

    def look(later=0):
        with db.transaction() as work:
            work.run(
                """UPDATE monitor_states SET breached_since = breached_since - make_interval(secs => :seconds),
                                             alerted_at = alerted_at - make_interval(secs => :seconds)""",
                seconds=later,
            )
        return handler(scheduled, context)

    return look


def alerts(db, someone):
    with db.reading() as work:
        rows = work.run(
            """SELECT data FROM notifications WHERE user_id = CAST(:u AS uuid) AND type = 'performance_alert'
               ORDER BY "offset" """,
            u=someone.user_id,
        )
    return [(row["data"]["condition"], row["data"]["state"]) for row in rows]


def dead_letters(monkeypatch, n):
    monkeypatch.setattr(queues, "depth_of", lambda url: n)


def test_when_all_is_well_nobody_is_told(look, person, db):
    admin = person(role="admin")
    assert look() == {"breached": [], "told": []}
    assert alerts(db, admin) == []


def test_a_condition_that_lasts_is_told_once_then_again_after_an_hour_and_its_end(look, person, db, monkeypatch):
    admin, user = person(role="admin"), person()
    dead_letters(monkeypatch, 2)
    assert look() == {"breached": ["dead-letters"], "told": []}
    assert look(60) == {"breached": ["dead-letters"], "told": ["dead-letters"]}
    assert look(60)["told"] == []
    assert look(3600)["told"] == ["dead-letters"]
    dead_letters(monkeypatch, 0)
    assert look(60) == {"breached": [], "told": ["dead-letters"]}
    assert look(60)["told"] == []
    assert alerts(db, admin) == [("dead-letters", state) for state in ("breached", "lasting", "recovered")]
    assert alerts(db, user) == []


def test_what_was_over_before_anyone_was_told_is_not_told(look, person, db, monkeypatch):
    admin = person(role="admin")
    dead_letters(monkeypatch, 1)
    look()
    dead_letters(monkeypatch, 0)
    assert look(60)["told"] == []
    assert alerts(db, admin) == []


def test_the_message_says_what_how_much_and_where_to_read_on(look, person, db, monkeypatch):
    admin = person(role="admin")
    dead_letters(monkeypatch, 2)
    look()
    look(60)
    with db.reading() as work:
        [row] = work.run("SELECT data, priority FROM notifications WHERE user_id = CAST(:u AS uuid)", u=admin.user_id)
    data = row["data"]
    assert (row["priority"], data["value"], data["threshold"]) == ("high", 4, 0)
    assert data["message"] == "4 messages are in the dead-letter queues"
    assert data["runbook"] == "docs/runbooks/dead-letters.md"


def test_tasks_money_and_the_ledger_are_read_from_the_database(look, person, db, monkeypatch):
    someone = person()
    monkeypatch.setenv("COST_PER_HOUR_ALARM", "2")
    with db.transaction() as work:
        work.run(
            """INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash, status, not_before,
                                  created_at, finished_at)
               SELECT CAST(:o AS uuid), CAST(:u AS uuid), 't', '{}', 'h', status, now() - interval '11 minutes',
                      now() - interval '11 minutes', CASE status WHEN 'dead' THEN now() END
               FROM unnest(ARRAY['queued', 'dead', 'dead', 'dead', 'dead', 'dead']) AS status""",
            o=someone.organization_id,
            u=someone.user_id,
        )
        work.run(
            """INSERT INTO llm_calls (organization_id, user_id, request_id, purpose, provider, provider_id, model,
                                      reserved, cost, outcome)
               VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 'r', 'p', 'x', 'x', 'm', 3000000, 2500000, 'succeeded')""",
            o=someone.organization_id,
            u=someone.user_id,
        )
        work.run(
            """INSERT INTO budget_incidents (organization_id, request_id, kind, amount)
               VALUES (CAST(:o AS uuid), 'r', 'drift', 0)""",
            o=someone.organization_id,
        )
    assert look()["breached"] == ["oldest-task", "dead-tasks", "budget-drift", "cost-per-hour"]


def test_requests_are_judged_when_there_are_enough(look, monkeypatch):
    slow = measured.Served(requests=100, failed=10, hits=10, misses=90)
    slow.times[-1] = 100
    monkeypatch.setattr(NoTraffic, "recent", lambda self, minutes: slow)
    assert look()["breached"] == ["server-errors", "slow-answers", "cache-hit-rate"]


def test_what_cannot_be_measured_is_neither_well_nor_bad(look, monkeypatch, db):
    def refused(url):
        raise ConnectionError("SQS")

    dead_letters(monkeypatch, 1)
    look()
    monkeypatch.setattr(queues, "depth_of", refused)
    assert "dead-letters" not in look(60)["breached"]
    with db.reading() as work:
        [row] = work.run("SELECT breached_since FROM monitor_states WHERE name = 'dead-letters'")
    assert row["breached_since"] is not None


def test_cloudwatch_gets_the_same_numbers(look, capsys, monkeypatch):
    dead_letters(monkeypatch, 3)
    look()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    sent = {name: value for line in lines for name, value in line.items()}
    assert sent["DeadLetters"] == [6.0]
    wanted = {one.metric for one in conditions.CONDITIONS if one.metric}
    assert wanted <= sent.keys()
