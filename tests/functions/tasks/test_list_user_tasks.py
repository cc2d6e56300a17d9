"""GET /api/v1/async-tasks/user/tasks."""

import base64
import json
import urllib.parse

import pytest


def listed(call, person, **query):
    return call("tasks.list_user_tasks", person, query=urllib.parse.urlencode(query))


def test_an_anonymous_caller_is_refused(call):
    assert listed(call, None).status == 401


def test_nobody_sees_the_tasks_of_others(call, person, submitted):
    owner = person()
    submitted(owner)
    for stranger in (person(), person(owner.organization_id), person(owner.organization_id, role="admin")):
        assert listed(call, stranger).body == {"tasks": [], "counts": {}, "next_cursor": None}


def test_pages_hold_every_task_once_newest_first(call, person, submitted):
    owner = person()
    expected = [submitted(owner) for _ in range(5)][::-1]
    found, cursor = [], None
    for _ in range(3):
        page = listed(call, owner, limit=2, **({"cursor": cursor} if cursor else {})).body
        found += [task["task_id"] for task in page["tasks"]]
        cursor = page["next_cursor"]
        assert page["counts"] == {"queued": 5}
    assert (found, cursor) == (expected, None)


def test_a_page_of_exactly_all_is_the_last(call, person, submitted):
    owner = person()
    submitted(owner)
    assert listed(call, owner, limit=1).body["next_cursor"] is None


def test_a_status_chooses(call, person, submitted):
    owner = person()
    kept, cancelled = submitted(owner), submitted(owner)
    call("tasks.cancel_task", owner, path={"task_id": cancelled})
    for status, expected in (("queued", [kept]), ("cancelled", [cancelled]), ("dead", [])):
        page = listed(call, owner, status_filter=status).body
        assert [task["task_id"] for task in page["tasks"]] == expected
        assert page["counts"] == {"queued": 1, "cancelled": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", 0), ("limit", -1), ("limit", 201), ("limit", 10**30), ("limit", "many"), ("limit", 1.5),
        ("limit", "NaN"), ("status_filter", "gone"), ("status_filter", "'; DROP TABLE tasks; --"),
        ("status_filter", "\x00"), ("cursor", "x" * 201),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(call, person, name, value):
    answer = listed(call, person(), **{name: value})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, f"query/{name}")


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


NIL = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "Привет", "\x00", "=", encoded(5), encoded([]), encoded({"a": 1, "b": 2}), encoded(["now", 7]),
        encoded(["not a time", NIL]), encoded(["2026-13-45", NIL]), encoded(["0001-01-01T00:00:00+23:59", NIL]),
        encoded([None, NIL]), encoded([[], NIL]),
        encoded(["x\u0000", NIL]), encoded(["2026-11-23T00:00:00Z", "x"]), encoded(["", NIL]), encoded([7, NIL]),
    ],
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(call, person, cursor):
    answer = listed(call, person(), cursor=cursor)
    assert (answer.status, answer.body["code"]) == (422, "invalid"), answer.body
    assert "next_cursor" in answer.body["detail"]
