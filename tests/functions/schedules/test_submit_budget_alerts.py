"""Every minute: a task for each e-mail that has none."""

import pytest

from assistant.budget import ledger
from functions.schedules.submit_budget_alerts import handler


@pytest.fixture(autouse=True)
def no_other_mail(db):
    with db.transaction() as work:
        work.run("DELETE FROM mails")


def test_with_nothing_to_do_it_does_nothing(scheduled, context, sent):
    assert handler(scheduled, context) == {"submitted": 0}
    assert sent == []


def test_each_mail_becomes_one_task_with_a_ticket(scheduled, context, sent, db, person, call):
    someone = person(budget=1_000_000)
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, "all", 1_000_000, "test")
        ledger.settle(work, someone.organization_id, "all", 1_000_000)
    assert handler(scheduled, context) == {"submitted": 3}  # 80, 95 and 100 %
    assert handler(scheduled, context) == {"submitted": 0}
    tasks = call("tasks.list_user_tasks", someone).body["tasks"]
    assert {task["task_func"] for task in tasks} == {"send_budget_alert"}
    tickets = [body["task_id"] for queue, body, *_ in sent if queue == "SEND_BUDGET_ALERT_QUEUE_URL"]
    assert sorted(tickets) == sorted(task["task_id"] for task in tasks)
    assert {task["held"] for task in tasks} == {0}
