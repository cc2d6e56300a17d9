"""The other workers in the whole local cloud: an e-mail that SES has, a report that its link opens, a real draft."""

import hashlib
import json

import httpx

from local.first_steps import invoke
from tests.e2e.client import until
from tests.e2e.conftest import ROOT

DRAFT = "# Ledger\n\nThe ledger are proved every hour from 2 kinds of rows.\n\n```sh\nmake soak-budget\n```\n"


def submitted(client, task_func, **task_args):
    body = {"task_func": task_func, "task_args": task_args}
    answer = client.http.post("/api/v1/async-tasks/submit", json=body)
    assert answer.status_code == 202, answer.text
    task = client.ended(answer.json()["task_id"])
    assert task["status"] == "completed", task["error"]
    return task


def mails_to(cloud, address):
    answer = httpx.get(f"{cloud.addresses.aws_endpoint_url}/_ministack/ses/messages", timeout=10)
    sent = [message for messages in answer.json()["messages"].values() for message in messages]
    return [message for message in sent if message["To"] == [address]]


def test_a_budget_alert_reaches_ses_and_the_reader(cloud, admin, user):
    me = user.get("/auth/me")
    before = len(mails_to(cloud, me["email"]))
    with user.socket() as socket:
        task = submitted(admin, "send_budget_alert", user=me["user_id"], alert_type="used_80", current_usage=80,
                         budget_limit=100)  # fmt: skip
        socket.hear("budget_alert", alert_type="used_80")
    sent = mails_to(cloud, me["email"])[before:]
    assert [message["Subject"] for message in sent] == ["80 % of your budget is used"]
    assert (task["result"]["mail"], task["result"]["message_id"]) == ("sent", sent[0]["MessageId"])


def test_an_alert_of_the_ledger_becomes_a_mail(cloud, admin, second, database):
    person = second.get("/auth/me")
    change = {"user_id": person["user_id"], "new_budget_limit": 0.05, "reason": "a small one"}
    answer = admin.http.post("/api/v1/budget/update", json=change)
    assert answer.status_code == 200, answer.text
    database.run(
        """SELECT hold_budget(organization_id, user_id, 'e2e-alert', 45000, 'test') FROM users WHERE email = :email""",
        email=person["email"],
    )
    database.run(
        "SELECT settle_hold(organization_id, 'e2e-alert', 45000, 0) FROM users WHERE email = :email",
        email=person["email"],
    )
    invoke(cloud.addresses, "SubmitBudgetAlertsFunction", json.loads((ROOT / "events/schedule.json").read_text()))
    subjects = until(
        "the e-mail", lambda: [message["Subject"] for message in mails_to(cloud, person["email"])], within=150
    )
    assert "80 % of your budget is used" in subjects or "Your budget will not last until its period ends" in subjects
    admin.http.post("/api/v1/budget/update", json={**change, "new_budget_limit": 100, "reason": "as before"})


def test_a_report_opens_by_its_link(admin):
    task = submitted(admin, "generate_analytics_report", report_type="tasks", format="pdf")
    report = admin.get(f"/reports/{task['result']['report_id']}")
    assert admin.get("/reports")["reports"][0]["report_id"] == report["report_id"]
    content = httpx.get(report["url"], timeout=10).content
    assert content.startswith(b"%PDF")
    assert hashlib.sha256(content).hexdigest() == report["files"][0]["sha256"]
    assert {file["media_type"] for file in report["files"]} == {"application/pdf", "image/svg+xml", "image/png"}


def test_a_draft_is_improved_by_the_real_model_and_decided_about(user):
    task = submitted(user, "llm_enhance_document", text=DRAFT, enhancement_type="grammar")
    state = user.get(f"/enhancements/{task['task_id']}")
    assert (state["original"], state["content"], state["complete"]) == (DRAFT, DRAFT, True)
    assert "```sh\nmake soak-budget\n```" in state["enhanced_content"]
    for hunk in state["hunks"]:
        answer = user.http.post(
            f"/api/v1/enhancements/{task['task_id']}/hunks/{hunk['hunk_id']}", json={"decision": "accept"}
        )
        assert answer.status_code == 200, answer.text
    state = user.get(f"/enhancements/{task['task_id']}")
    assert state["content"] == state["enhanced_content"]
