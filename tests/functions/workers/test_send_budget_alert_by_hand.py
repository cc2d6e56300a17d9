"""The task `send_budget_alert` as people submit it."""

# ruff: noqa: F811 - fixtures that come by import

import pytest

from functions.workers import send_budget_alert
from tests.functions.workers.conftest import Job
from tests.functions.workers.ses_server import no_other_mail, ses, ses_server, told  # noqa: F401 - fixtures


@pytest.fixture
def submit(db, call, context, sent):
    def submit(owner, **args):
        args = {"alert_type": "used_95", "current_usage": 9.5, "budget_limit": 10, **args}
        body = {"task_func": "send_budget_alert", "task_args": args}
        answer = call("tasks.submit_task", owner, json_body=body)
        assert answer.status == 202, answer.body
        return Job(db, call, context, owner, answer.body, send_budget_alert)

    return submit


def test_by_hand_an_administrator_tells_somebody_once(submit, ses, db, person):
    admin = person(role="admin")
    someone = person(admin.organization_id)
    task = submit(admin, user=someone.user_id)
    task.ticket()
    task.ticket()
    assert task.state["result"]["mail"] == "sent"
    assert [mail["Destination"]["ToAddresses"] for mail in ses.taken] == [[someone.email]]
    assert len(told(db, someone)) == 1
    assert told(db, admin) == []


def test_by_hand_a_user_tells_only_oneself(submit, ses, db, person):
    someone = person()
    colleague, foreign = person(someone.organization_id), person()
    for other in (colleague, foreign):
        task = submit(someone, user=other.user_id)
        task.ticket()
        assert (task.state["status"], task.state["error"]["code"]) == ("failed", "forbidden")
    submit(someone).ticket()
    assert [mail["Destination"]["ToAddresses"] for mail in ses.taken] == [[someone.email]]
    assert told(db, colleague) == told(db, foreign) == []


def test_an_administrator_reaches_no_other_organization(submit, ses, person):
    task = submit(person(role="admin"), user=person().user_id)
    task.ticket()
    assert (task.state["status"], ses.taken) == ("failed", [])


@pytest.mark.parametrize(
    "args",
    [{"alert_type": "used_1"}, {"current_usage": -1}, {"budget_limit": "much"}, {"alert_id": 1}, {"user": "someone"}],
)
def test_arguments_are_checked(call, person, args):
    args = {"alert_type": "used_80", "current_usage": 1, "budget_limit": 1, **args}
    body = {"task_func": "send_budget_alert", "task_args": args}
    assert call("tasks.submit_task", person(), json_body=body).status == 422
