"""What the gateway lets through, and that what it refuses leaves nothing behind."""

import re

import httpx
import pytest

from tests.template.document import PUBLIC, Document

ODD = "Тема'; DROP TABLE tasks; -- `SELECT * FROM users` <script>alert({{7*7}})</script> %s :name 😀"
SUBMIT = "/api/v1/async-tasks/submit"
RFC = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets"}}


@pytest.fixture
def unchanged(user, database):
    """After the test there are as many tasks, documents, users and ledger rows as before, and nothing was spent."""

    def state():
        counts = database.run(
            """SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM documents), (SELECT count(*) FROM users),
                      (SELECT count(*) FROM ledger_entries)"""
        )
        budget = user.get("/budget/status")
        return counts, budget["current_usage"], budget["held"], budget["total_requests"]

    def sockets():
        return {connection for [connection] in database.run("SELECT connection_id FROM connections")}

    before, opened = state(), sockets()
    yield
    assert state() == before
    assert sockets() <= opened  # fewer: the socket of an earlier test may close late


def problem(answer, status, code):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert body["request_id"]
    return body


PRIVATE = [
    tuple(re.sub(r"\{\w+\}", "0d9b1a4e-5c7f-4c1e-8a2b-3f6d7e8c9b01", route).split(" "))
    for route in sorted(Document.read().routes)
    if route not in PUBLIC
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_without_a_token_nothing_is_reached(cloud, unchanged, method, path):
    answer = httpx.request(method, cloud.addresses.api_url + path, json=RFC, timeout=60)
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("token", ["forged", "x", "a.b.c", "none"])
def test_a_forged_token_is_forbidden(cloud, user, unchanged, token):
    shown = {"forged": user.access_token[:-8] + "AAAAAAAA", "none": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."}
    headers = {"authorization": f"Bearer {shown.get(token, token)}"}
    for method, path in PRIVATE:
        answer = httpx.request(method, cloud.addresses.api_url + path, json=RFC, headers=headers, timeout=60)
        assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_an_expired_token_is_told_to_refresh(cloud, expired, unchanged):
    headers = {"authorization": f"Bearer {expired}"}
    answer = httpx.get(f"{cloud.addresses.api_url}/api/v1/auth/me", headers=headers, timeout=60)
    assert problem(answer, 401, "unauthenticated")["reason"] == "expired"
    assert "/api/v1/auth/refresh" in answer.json()["detail"]


def test_a_strangers_task_is_not_there(user, second, database):
    task_id = user.submit()
    for method in ("GET", "DELETE"):
        problem(second.http.request(method, f"/api/v1/async-tasks/{task_id}"), 404, "not_found")
    assert [task["task_id"] for task in second.get("/async-tasks/user/tasks")["tasks"]] == []
    answer = user.http.delete(f"/api/v1/async-tasks/{task_id}")
    assert answer.status_code == 200, user.get(f"/async-tasks/{task_id}")
    assert user.ended(task_id)["status"] == "cancelled"


BAD = [
    (b"{", None), (b"", None), (b"null", None), (b"\xff\xfe\xfa", None), (b"[]", None), (b"7", None),
    (b'{"task_func": "no_such_type", "task_args": {"topic": "abc"}}', "/task_func"),
    (b'{"task_func": 5}', "/task_func"),
    (b'{"task_func": "llm_generate_rfc", "task_args": "x"}', "/task_args"),
    *(
        (f'{{"task_func": "llm_generate_rfc", "task_args": {{"topic": "abc", "target_length": {n}}}}}'.encode(),
         "/task_args/target_length")
        for n in ("0", "-1", "1e30", "999999999999999999999999", '"many"', "NaN", "true", "[]")
    ),
    (b'{"task_func": "llm_generate_rfc", "task_args": {"topic": "a\\u0000bc"}}', None),
    (b'{"task_func": "llm_generate_rfc", "task_args": {"topic": "a\\ud800bc"}}', "/task_args/topic"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "pointer"), BAD)
def test_bad_input_is_refused_with_a_problem(user, unchanged, content, pointer):
    answer = user.http.post(SUBMIT, content=content, headers={"content-type": "application/json"})
    body = problem(answer, 422, "invalid")
    if pointer:
        assert body["errors"][0]["pointer"] == pointer


def test_eleven_megabytes_are_refused(user, unchanged):
    assert user.upload("large.md", b"x" * (11 << 20)).status_code == 413


def test_more_than_a_lambda_takes_is_refused(user, unchanged):
    assert user.upload("large.md", b"x" * (5 << 20)).status_code == 413


def test_what_is_no_text_is_refused(user, unchanged):
    problem(user.upload("binary.exe", b"MZ\x00\x01"), 415, "unsupported_media_type")


def test_odd_text_is_a_topic_like_any_other(user, database):
    task_id = user.submit(topic=ODD)
    assert database.run("SELECT args->>'topic' FROM tasks WHERE task_id = :id", id=task_id) == [[ODD]]
    task = user.ended(task_id)
    assert (task["status"], task["result"]["title"]) == ("completed", f"RFC: {ODD}")
    assert task["result"]["rfc_content"].startswith(f"# RFC: {ODD}\n")


def test_odd_text_is_found_as_it_was_uploaded(user):
    assert user.upload("Заметки; DROP TABLE.md", f"# Заметки\n\n{ODD}".encode()).status_code == 201
    answer = user.http.post("/api/v1/search", json={"query": "тема DROP TABLE 😀"})
    assert answer.status_code == 200
    assert ODD in answer.json()["results"][0]["content"]


def test_a_path_that_is_not_there_is_not_found(user, unchanged):
    for path in ("/api/v1/nothing", "/api/v1/async-tasks/submit/more", "/_ministack/health"):
        assert user.http.get(path).status_code == 404


def test_health_and_keys_are_for_everyone(cloud):
    assert httpx.get(f"{cloud.addresses.api_url}/health", timeout=60).json()["status"] == "healthy"
    assert httpx.get(f"{cloud.addresses.api_url}/.well-known/jwks.json", timeout=60).json()["keys"]
