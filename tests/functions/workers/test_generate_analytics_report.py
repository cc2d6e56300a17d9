"""Consumes GenerateAnalyticsReportQueue: numbers that are the rows' own, in every form, of whom they may be."""

import json
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.budget import ledger
from assistant.llm import calls
from assistant.llm.port import Usage
from assistant.platform import objects
from assistant.tasks.sweep import sweep
from functions.workers import generate_analytics_report
from tests.functions.workers.conftest import Job

ZONE = "Asia/Vladivostok"  # ten hours ahead: its days are not UTC's


@pytest.fixture
def bucket(monkeypatch):
    stored = {}
    monkeypatch.setattr(objects, "put", lambda key, content, media_type: stored.update({key: (content, media_type)}))
    return stored


@pytest.fixture
def report(db, call, context, person, sent, bucket):
    """Makes a report; (the job, the files by name)."""

    def make(owner, report_type, **args):
        args = {"report_type": report_type, "format": "json", "include_charts": False, **args}
        body = {"task_func": "generate_analytics_report", "task_args": args}
        answer = call("tasks.submit_task", owner, json_body=body)
        assert answer.status == 202, answer.body
        job = Job(db, call, context, owner, answer.body, generate_analytics_report)
        assert job.ticket() == {"batchItemFailures": []}
        assert job.state["status"] == "completed", job.state["error"]
        prefix = f"reports/{owner.organization_id}/{job.task_id}/"
        return job, {key.removeprefix(prefix): content for key, (content, _) in bucket.items() if prefix in key}

    return make


@pytest.fixture
def company(db, person):
    """An administrator and two people of an organisation far in the east, with calls of several days and models."""
    admin = person(role="admin")
    people = [person(admin.organization_id), person(admin.organization_id)]
    run(db, f"UPDATE organizations SET time_zone = '{ZONE}' WHERE organization_id = CAST(:id AS uuid)",
        id=admin.organization_id)  # fmt: skip
    for n, someone in enumerate([*people, people[0], person()]):
        for hour in range(0, 24 * 5, 7):
            spend(db, someone, 100 + 10 * n + hour, f"{hour} hours", ["rfc", "search"][hour % 2], f"model-{n % 2}")
    return admin, people


def spend(db, someone, cost, ago, purpose, model):
    request = str(uuid.uuid4())
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, request, 1000, purpose)
        call_id = calls.begin_call(
            work, someone.organization_id, someone.user_id, request, purpose, "openai", model, 1000
        )
        outcome = "failed" if cost % 5 == 0 else "succeeded"
        calls.finish_call(work, someone.organization_id, call_id, Usage(cost, 3), cost, outcome, 5, cost)
        ledger.settle(work, someone.organization_id, request, cost)
        work.run(f"UPDATE llm_calls SET created_at = now() - interval '{ago}' WHERE request_id = :id", id=request)


def run(db, sql, **params):
    with db.transaction() as work:
        return work.run(sql, **params)


def table(document, title):
    [found] = [one for one in document["tables"] if one["title"].startswith(title)]
    return found["rows"]


def totals(document):
    return {total["name"]: total["value"] for total in document["totals"]}


def own(db, sql, someone):
    """What a statement of the test's own says, over the days of ZONE that the report has."""
    return run(db, sql.format(day=f"CAST(created_at AT TIME ZONE '{ZONE}' AS date)"), user=someone.user_id,
               organization=someone.organization_id)  # fmt: skip


def days(back=3):
    today = datetime.now(ZoneInfo(ZONE)).date()
    return {"start": str(today - timedelta(days=back)), "end": str(today)}


def test_usage_is_what_the_log_of_calls_says(report, company, db):
    admin, (ann, _) = company
    for who, condition in (
        (admin, "organization_id = CAST(:organization AS uuid) AND CAST(:user AS uuid) IS NOT NULL"),
        (ann, "user_id = CAST(:user AS uuid) AND CAST(:organization AS uuid) IS NOT NULL"),
    ):
        span = days()
        _, files = report(who, "usage", date_range=span)
        document = json.loads(files["usage.json"])
        within = f"{condition} AND {{day}} BETWEEN '{span['start']}' AND '{span['end']}'"
        [sums] = own(
            db,
            f"SELECT count(*) AS n, sum(input_tokens) AS i, sum(output_tokens) AS o FROM llm_calls WHERE {within}",
            who,
        )
        assert totals(document)["Calls"] == sums["n"] > 0
        assert totals(document)["Input tokens"] == sums["i"]
        assert totals(document)["Output tokens"] == sums["o"]
        by_day = own(db, f"SELECT {{day}} AS day, count(*) AS n FROM llm_calls WHERE {within} GROUP BY 1", who)
        shown = {row["Day"]: row["Calls"] for row in table(document, "By day")}
        assert {day: n for day, n in shown.items() if n} == {str(row["day"]): row["n"] for row in by_day}
        assert list(shown) == [str(date.fromisoformat(span["start"]) + timedelta(days=n)) for n in range(4)]
        features = own(db, f"SELECT purpose, count(*) AS n FROM llm_calls WHERE {within} GROUP BY 1", who)
        assert {row["Feature"]: row["Calls"] for row in table(document, "By feature")} == {
            row["purpose"]: row["n"] for row in features
        }


def test_cost_is_what_the_ledger_says(report, company, db):
    admin, (ann, bob) = company
    charged = """SELECT b.owner_id AS person, h.purpose, sum(e.amount) AS cost FROM ledger_entries e
        JOIN budgets b ON b.budget_id = e.budget_id AND b.level = 'user' JOIN holds h ON h.request_id = e.request_id
        WHERE e.to_account = 'spent' AND e.organization_id = CAST(:organization AS uuid)
          AND CAST(:user AS uuid) IS NOT NULL GROUP BY 1, 2"""
    rows = own(db, charged, admin)
    for who, mine in ((admin, {ann.user_id, bob.user_id}), (ann, {ann.user_id})):
        _, files = report(who, "cost")
        document = json.loads(files["cost.json"])
        total = sum(row["cost"] for row in rows if str(row["person"]) in mine)
        assert round(totals(document)["Cost"] * 1e6) == total > 0
        features = {row["Feature"]: round(row["Cost"] * 1e6) for row in table(document, "By feature")}
        assert features == {
            purpose: sum(row["cost"] for row in rows if row["purpose"] == purpose and str(row["person"]) in mine)
            for purpose in ("rfc", "search")
        }
        assert round(sum(row["Cost"] for row in table(document, "By day")) * 1e6) == total
    people = {
        row["Person"]: round(row["Cost"] * 1e6) for row in table(json.loads(files_of_admin(report, admin)), "By person")
    }
    assert people == {
        someone.email: sum(row["cost"] for row in rows if str(row["person"]) == someone.user_id)
        for someone in (ann, bob)
    }
    assert [one["title"] for one in document["tables"]] == ["By feature", "By day"]  # nobody else's for a user


def files_of_admin(report, admin):
    return report(admin, "cost")[1]["cost.json"]


def test_tasks_are_counted_as_they_are(report, company, db):
    admin, (ann, _) = company
    for n, (status, seconds) in enumerate([("completed", 2), ("completed", 4), ("failed", 1), ("cancelled", 1)]):
        run(db, f"""INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash, status, cost,
                        started_at, finished_at)
                    VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 'kind', '{{}}', '{n}', '{status}', 50, now(),
                            now() + interval '{seconds} seconds')""", o=ann.organization_id, u=ann.user_id)  # fmt: skip
    _, files = report(admin, "tasks")
    document = json.loads(files["tasks.json"])
    [kind] = [row for row in table(document, "By type") if row["Type"] == "kind"]
    assert (kind["Submitted"], kind["Completed"], kind["Failed"], kind["Cancelled"]) == (4, 2, 1, 1)
    assert (round(kind["Cost"] * 1e6), kind["Median"]) == (200, 3.0)
    sql = """SELECT count(*) AS n FROM tasks
             WHERE organization_id = CAST(:organization AS uuid) AND CAST(:user AS uuid) IS NOT NULL"""
    [n] = own(db, sql, admin)
    assert totals(document)["Submitted"] == n["n"]


def test_search_and_quality_are_counted_as_they_are(report, company, db):
    admin, (ann, bob) = company
    for n in range(3):
        run(db, """INSERT INTO documents (organization_id, uploaded_by, title, filename, content_type, content_hash,
                       size_bytes, chunk_count, external_id)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 't', :f, 'text/plain', '-', 100, 2, :f)""",
            o=ann.organization_id, u=(ann if n else bob).user_id, f=f"{n}.md")  # fmt: skip
    for score in (60, 80):
        run(db, """INSERT INTO rfcs (organization_id, user_id, title, content, sections, sources_used, quality, model)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 't', 'c', '[]', '[]', CAST(:q AS jsonb), 'm|odel')""",
            o=ann.organization_id, u=ann.user_id,
            q=json.dumps({"overall": score, "structure": score, "completeness": score, "technical_depth": score,
                          "clarity": score}))  # fmt: skip
    found = totals(json.loads(report(ann, "search")[1]["search.json"]))
    assert (found["Documents added"], found["Chunks of them"], found["Bytes of them"]) == (2, 4, 200)
    assert totals(json.loads(report(admin, "search")[1]["search.json"]))["Documents added"] == 3
    document = json.loads(report(admin, "quality")[1]["quality.json"])
    assert (totals(document)["RFCs"], totals(document)["Their score, of 100"]) == (2, 70.0)
    assert r"m\|odel" in report(admin, "quality", format="md")[1]["quality.md"].decode()


def test_a_worker_that_dies_after_the_files_makes_one_report(
    report, call, db, person, context, sent, bucket, monkeypatch
):
    owner = person()
    args = {"report_type": "cost", "format": "json"}
    body = {"task_func": "generate_analytics_report", "task_args": args}
    job = Job(
        db, call, context, owner, call("tasks.submit_task", owner, json_body=body).body, generate_analytics_report
    )
    from assistant.analytics import store

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(store, "add", die)
        with pytest.raises(SystemExit):
            job.ticket()
    before = set(bucket)
    job.lease_expires()
    sweep(db)
    job.ticket()
    job.ticket()
    assert (job.state["status"], set(bucket)) == ("completed", before)
    assert run(db, "SELECT count(*) AS n FROM reports WHERE user_id = CAST(:id AS uuid)", id=owner.user_id) == [
        {"n": 1}
    ]


def test_its_owner_hears_each_stage_in_order(report, person):
    job, _ = report(person(), "tasks")
    _, kinds, stages = zip(*job.notified, strict=True)
    assert stages == ("queued", "validated", "context_fetched", "generating", "stored", "done")
    assert kinds[-1] == "task_completed"
    assert (job.state["held"], job.state["cost"]) == (0, 0)


def test_the_last_thirty_days_are_meant_when_none_are_named(report, person):
    job, _ = report(person(), "cost")
    span = job.state["result"]["date_range"]
    assert (date.fromisoformat(span["end"]) - date.fromisoformat(span["start"])).days == 29
