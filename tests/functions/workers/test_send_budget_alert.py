"""Consumes SendBudgetAlertQueue: each alert is told once, by e-mail and by notification, whatever breaks."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.budget import ledger
from assistant.mail import send_alert
from assistant.mail.submit import submit_waiting
from assistant.platform import aws
from assistant.tasks.sweep import sweep
from functions.workers import send_budget_alert
from tests.functions.workers.conftest import Job

SENDER = "assistant@test.example"


class Ses(ThreadingHTTPServer):
    """Speaks as much of SES's API as is called; takes an e-mail unless another answer is planned."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SesRequest)
        self.taken, self.planned, self.asked = [], [], 0


class SesRequest(BaseHTTPRequestHandler):
    def do_POST(self):
        assert self.path == "/v2/email/outbound-emails"
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked += 1
        status, code = self.server.planned.pop(0) if self.server.planned else (200, "")
        if status in (200, 0):
            self.server.taken.append(body)
        if status == 0:  # taken, and the connection breaks before anybody is told
            self.close_connection = True
            return
        answer = {"MessageId": f"m-{len(self.server.taken)}"} if status == 200 else {"message": "planned"}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-amzn-errortype", code)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def ses_server():
    """One for the module: making a client costs more than a test."""
    with pytest.MonkeyPatch.context() as environment, Ses() as server:
        environment.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.server_port}")
        for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1")):
            environment.setenv(f"AWS_{name}", value)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        aws.client.cache_clear()
        yield server
        aws.client.cache_clear()
        server.shutdown()


@pytest.fixture
def ses(ses_server, monkeypatch):
    monkeypatch.setenv("MAIL_SENDER", SENDER)
    ses_server.taken.clear()
    ses_server.planned.clear()
    ses_server.asked = 0
    return ses_server


@pytest.fixture(autouse=True)
def no_other_mail(db, alone):
    with db.transaction() as work:
        work.run("DELETE FROM mails")


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


def told(db, person):
    with db.reading() as work:
        return work.run(
            "SELECT data FROM notifications WHERE user_id = CAST(:id AS uuid) AND type = 'budget_alert'",
            id=person.user_id,
        )


def mails(db, person):
    with db.reading() as work:
        return work.run(
            "SELECT state, message_id, recipient, error FROM mails WHERE user_id = CAST(:id AS uuid)", id=person.user_id
        )


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
