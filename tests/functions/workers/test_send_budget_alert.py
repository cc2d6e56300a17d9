"""Consumes SendBudgetAlertQueue: each alert is told once, by e-mail and by notification, whatever breaks."""

# ruff: noqa: F811 - fixtures that come by import

import copy

import pytest

from assistant.budget import ledger
from assistant.mail import send_alert
from assistant.mail.submit import submit_waiting
from assistant.tasks.sweep import sweep
from functions.workers import send_budget_alert
from tests.functions.workers.conftest import EVENT, Job
from tests.functions.workers.ses_server import SENDER, mails, no_other_mail, ses, ses_server, told  # noqa: F401


@pytest.fixture
def raised(db, call, context, person, sent):
    """A person has used 85 % of a budget of one dollar: the tasks that tell of it, and the person."""

    def make(**who):
        someone = person(budget=1_000_000, **who)
        with db.transaction() as work:
            ledger.hold(work, someone.organization_id, someone.user_id, f"r-{someone.user_id}", 850_000, "test")
            ledger.settle(work, someone.organization_id, f"r-{someone.user_id}", 850_000)
        with db.transaction() as work:  # a forecast comes with it on the first days of a month
            work.run("DELETE FROM mails WHERE args->>'alert_type' <> 'used_80'")
        submit_waiting(db)
        [task] = call("tasks.list_user_tasks", someone).body["tasks"]
        return Job(db, call, context, someone, {"task_id": task["task_id"], "held": task["held"]}, send_budget_alert)

    return make


def test_an_alert_is_told_by_mail_and_by_notification(raised, ses, db):
    task = raised()
    assert task.ticket() == {"batchItemFailures": []}
    state = task.state
    assert state["status"] == "completed", state["error"]
    assert (state["result"]["mail"], state["result"]["message_id"], state["cost"], state["held"]) == (
        "sent",
        "m-1",
        0,
        0,
    )
    [mail] = ses.taken
    assert mail["FromEmailAddress"] == SENDER
    assert mail["Destination"]["ToAddresses"] == [task.owner.email]
    assert mail["Content"]["Simple"]["Subject"]["Data"] == "80 % of your budget is used"
    assert "$0.85 of $1.00" in mail["Content"]["Simple"]["Body"]["Text"]["Data"]
    kinds = [one["data"]["alert_type"] for one in told(db, task.owner)]
    assert kinds.count("used_80") == 1


def batch(task, tickets):
    """So many tickets in one invocation."""
    event = copy.deepcopy(EVENT)
    event["Records"] = [{**event["Records"][0], "messageId": f"m-{number}"} for number in range(tickets)]
    return send_budget_alert.handler(event, task._context)


def test_ten_tickets_at_once_are_ten_mails_and_a_poisoned_one_delays_nobody(raised, ses):
    tasks = [raised() for _ in range(10)]
    tasks[4].change("args = '{\"poison\": 1}'")
    assert batch(tasks[0], 10) == {"batchItemFailures": []}
    assert [task.state["status"] for task in tasks] == ["completed"] * 4 + ["queued"] + ["completed"] * 5
    assert tasks[4].state["attempts"] == 1  # its own row says when it is tried again
    assert sorted(mail["Destination"]["ToAddresses"][0] for mail in ses.taken) == sorted(
        task.owner.email for task in tasks if task is not tasks[4]
    )


def test_without_time_left_the_other_tickets_go_back(raised, ses, monkeypatch):
    tasks = [raised() for _ in range(3)]
    monkeypatch.setattr("assistant.tasks.run._late", lambda: True)
    assert batch(tasks[0], 3) == {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]}
    assert sorted(task.state["status"] for task in tasks) == ["completed", "queued", "queued"]


def test_it_speaks_the_readers_language(raised, ses, db, person):
    task = raised()
    with db.transaction() as work:
        work.run(
            """UPDATE users SET settings = '{"preferences": {"language": "ru"}}' WHERE user_id = CAST(:id AS uuid)""",
            id=task.owner.user_id,
        )
    task.ticket()
    assert ses.taken[0]["Content"]["Simple"]["Subject"]["Data"] == "Израсходовано 80 % бюджета (личный)"


def test_the_mail_is_written_down_with_the_alert_or_not_at_all(db, person):
    someone = person(budget=1_000_000)

    class Died(Exception):
        pass

    def settle(dies):
        with db.transaction() as work:
            ledger.hold(work, someone.organization_id, someone.user_id, "r", 850_000, "test")
            ledger.settle(work, someone.organization_id, "r", 850_000)
            if dies:
                raise Died

    with pytest.raises(Died):
        settle(dies=True)
    assert mails(db, someone) == []
    settle(dies=False)
    assert {mail["state"] for mail in mails(db, someone)} == {"waiting"}


def test_submitting_again_makes_no_second_task(raised, ses, db, call):
    task = raised()
    with db.transaction() as work:
        work.run("UPDATE mails SET submitted_at = NULL")
    assert submit_waiting(db) == 1
    assert len(call("tasks.list_user_tasks", task.owner).body["tasks"]) == 1


def test_redelivered_tickets_send_nothing_more(raised, ses, db):
    task = raised()
    for _ in range(3):
        task.ticket()
    assert (len(ses.taken), ses.asked) == (1, 1)
    assert len([one for one in told(db, task.owner) if one["data"]["alert_type"] == "used_80"]) == 1


@pytest.mark.parametrize("code", [(429, "TooManyRequestsException"), (400, "SendingPausedException")])
def test_what_was_not_taken_is_sent_by_the_next_attempt(raised, ses, db, code):
    ses.planned[:] = [code]
    task = raised()
    task.ticket()
    assert (task.state["status"], mails(db, task.owner)[0]["state"]) == ("queued", "waiting")
    task.pause_is_over()
    task.ticket()
    assert (task.state["status"], task.state["result"]["mail"], len(ses.taken)) == ("completed", "sent", 1)


@pytest.mark.parametrize("answer", [(0, ""), (500, "InternalFailure")])
def test_what_may_have_been_taken_is_not_sent_again(raised, ses, db, answer):
    ses.planned[:] = [answer]
    task = raised()
    for _ in range(3):
        task.ticket()
        task.pause_is_over()
    assert (task.state["status"], task.state["result"]["mail"], ses.asked) == ("completed", "unknown", 1)
    assert told(db, task.owner)


@pytest.mark.parametrize("died_in", ["send_mail", "_end"])
def test_a_worker_that_dies_while_it_sends_sends_at_most_once(raised, ses, db, monkeypatch, died_in):
    task = raised()

    def die(*_, **__):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(send_alert, died_in, die)
        with pytest.raises(SystemExit):
            task.ticket()
    task.lease_expires()
    sweep(db)
    task.ticket()
    assert (task.state["status"], task.state["result"]["mail"]) == ("completed", "unknown")
    assert len(ses.taken) == (1 if died_in == "_end" else 0)
    assert told(db, task.owner)


def test_a_worker_that_died_before_it_sent_leaves_it_to_the_next(raised, ses, db, monkeypatch):
    task = raised()
    with monkeypatch.context() as dying:
        dying.setattr(send_alert, "announce", lambda *_: (_ for _ in ()).throw(SystemExit()))
        with pytest.raises(SystemExit):
            task.ticket()
    task.lease_expires()
    sweep(db)
    task.ticket()
    assert (task.state["result"]["mail"], len(ses.taken)) == ("sent", 1)


def test_what_ses_refuses_ends_the_task_with_its_words(raised, ses, db):
    ses.planned[:] = [(400, "MessageRejected")]
    task = raised()
    task.ticket()
    assert (task.state["status"], task.state["error"]["code"]) == ("failed", "mail_refused")
    assert mails(db, task.owner)[0]["state"] == "refused"
    assert told(db, task.owner)


def test_without_a_sender_only_the_notification_tells(raised, ses, db, monkeypatch):
    monkeypatch.setenv("MAIL_SENDER", "")
    task = raised()
    task.ticket()
    assert (task.state["result"]["mail"], ses.taken) == ("off", [])
    assert told(db, task.owner)


def test_an_organizations_alert_goes_to_its_administrators(db, person, sent):
    admin = person(role="admin", organization_budget=1_000_000)
    someone = person(admin.organization_id)
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, "org", 960_000, "test")
        ledger.settle(work, someone.organization_id, "org", 960_000)
    assert submit_waiting(db) >= 2
    assert mails(db, someone) == []
    assert len(mails(db, admin)) >= 2


def test_someone_whose_budget_is_overdrawn_is_told_as_well(raised, ses, db, call, person):
    task = raised()
    admin = person(task.owner.organization_id, role="admin")
    change = {"user_id": task.owner.user_id, "new_budget_limit": 0.5, "reason": "less"}
    assert call("budget.update_budget", admin, json_body=change).status == 200
    with db.transaction() as work:
        work.run("DELETE FROM tasks")
        work.run("UPDATE mails SET submitted_at = NULL")
    assert submit_waiting(db) == 1
