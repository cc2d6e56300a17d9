"""Ordering a document: the code is read and kept, the whole cost held, or nothing happens."""

import base64
import io
import zipfile

import pytest

FUNCTION = "documentation.order_documentation"


def order(code, **more):
    return {"code_input": {"type": "string", "code": code, "language": "python"}, **more}


def tasks(db, person):
    with db.reading() as work:
        return work.run("SELECT args, held FROM tasks WHERE user_id = CAST(:id AS uuid)", id=person.user_id)


def test_an_anonymous_caller_is_refused(call, code):
    assert call(FUNCTION, json_body=order(code)).status == 401


def test_the_code_is_kept_and_the_cost_held(call, person, db, sent, bucket, code):
    someone = person()
    answer = call(FUNCTION, someone, json_body=order(code, documentation_type="api_reference"))
    assert answer.status == 202, answer.body
    [task] = tasks(db, someone)
    assert answer.body["held"] == task["held"] / 1e6 > 0
    assert bucket == {task["args"]["object_key"]: code.encode()}
    assert task["args"]["object_key"].startswith(f"{someone.organization_id}/")
    assert [queue for queue, *_ in sent] == ["GENERATE_DOCUMENTATION_QUEUE_URL"]


def test_more_detail_of_more_code_costs_more_and_little_code_no_more_than_it_needs(call, person, sent, bucket, code):
    long = code + "\n".join(f"def f{n}():\n    return '{'x' * 500}'\n" for n in range(40))
    held = {
        (name, level): call(FUNCTION, person(), json_body=order(text, detail_level=level)).body["held"]
        for name, text in (("short", "x = 1\n"), ("long", long))
        for level in ("brief", "comprehensive")
    }
    assert held["short", "comprehensive"] < held["long", "brief"] < held["long", "comprehensive"]


def test_an_archive_is_taken(call, person, db, sent, bucket, code):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("project/cart.py", code)
    body = {
        "code_input": {"type": "file", "filename": "p.zip", "content": base64.b64encode(packed.getvalue()).decode()}
    }
    assert call(FUNCTION, person(), json_body=body).status == 202


def test_a_repository_is_fetched_by_the_worker_only(call, person, db, sent, bucket):
    someone = person()
    body = {"code_input": {"type": "repository", "url": "https://github.com/a/b"}}
    assert call(FUNCTION, someone, json_body=body).status == 202
    assert tasks(db, someone)[0]["args"]["repository_url"] == "https://github.com/a/b"
    assert bucket == {}


def test_the_same_idempotency_key_makes_one_task(call, person, db, sent, bucket, code):
    someone = person()
    for _ in range(2):
        assert call(FUNCTION, someone, json_body=order(code), headers={"idempotency-key": "d1"}).status == 202
    assert len(tasks(db, someone)) == 1
    again = call(FUNCTION, someone, json_body=order(code + "\n"), headers={"idempotency-key": "d1"})
    assert (again.status, again.body["code"]) == (409, "conflict")


def test_a_budget_without_room_refuses_it(call, person, db, sent, bucket, code):
    someone = person(budget=1)
    answer = call(FUNCTION, someone, json_body=order(code))
    assert (answer.status, answer.body["code"]) == (402, "budget_exceeded")
    assert (tasks(db, someone), sent) == ([], [])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/code_input"),
        ({"code_input": {"type": "telepathy"}}, "/code_input"),
        ({"code_input": {"type": "string", "code": ""}}, "/code_input/string/code"),
        ({"code_input": {"type": "string", "code": "x"}}, "/code_input/language"),
        ({"code_input": {"type": "string", "code": "x", "language": "brainfuck"}}, "/code_input/string/language"),
        ({"code_input": {"type": "file", "filename": "a.exe", "content": "TVo="}}, "/code_input/filename"),
        ({"code_input": {"type": "repository", "url": "https://github.com/a"}}, "/code_input/url"),
        ({"code_input": {"type": "repository", "url": "file:///etc/passwd"}}, "/code_input/url"),
        ({"code_input": {"type": "repository", "url": "https://github.com/a/b", "reference": "../x"}},
         "/code_input/reference"),
        ({"code_input": {"type": "string", "code": "x", "language": "go"}, "documentation_type": "poem"},
         "/documentation_type"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_nothing_is_stored(call, person, db, sent, bucket, body, pointer):
    someone = person()
    answer = call(FUNCTION, someone, json_body=body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer), answer.body
    assert (tasks(db, someone), sent, bucket) == ([], [], {})


def test_it_cannot_be_submitted_around_this(call, person, sent):
    args = {"name": "x", "object_key": "someone-elses/code/x", "filename": "x.py", "calls": 1}
    body = {"task_func": "generate_documentation", "task_args": args}
    assert call("tasks.submit_task", person(), json_body=body).status == 422
