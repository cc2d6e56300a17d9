"""POST /api/v1/sync."""

import uuid

import pytest

START = "search.start_sync"


def test_anonymous(call):
    assert call(START).status == 401


def test_an_ordinary_user(call, person):
    assert call(START, person(), json_body={}).status == 403


def test_a_task_for_each_source(call, person, source, sent):
    admin = person(role="admin")
    first, second = source(admin), source(admin, name="Again")
    source(admin, name="Off", is_enabled=False)
    answer = call(START, admin, json_body={"force_full_sync": True})
    assert answer.status == 202
    assert {each["source_id"] for each in answer.body["syncs"]} == {first["source_id"], second["source_id"]}
    tickets = [body["task_id"] for queue, body in sent if queue == "PROCESS_DATA_SYNC_QUEUE_URL"]
    assert sorted(tickets) == sorted(each["task_id"] for each in answer.body["syncs"])
    task = call("tasks.get_task", admin, path={"task_id": tickets[0]}).body
    assert (task["task_func"], task["status"], task["held"]) == ("process_data_sync", "queued", 0)


def test_a_run_that_waits_is_not_started_again(call, person, source, sent):
    admin = person(role="admin")
    body = {"source_ids": [source(admin)["source_id"]]}
    [first] = call(START, admin, json_body=body).body["syncs"]
    [again] = call(START, admin, json_body=body).body["syncs"]
    assert (first["is_new"], again["is_new"], again["task_id"]) == (True, False, first["task_id"])


def test_what_is_not_there_foreign_or_disabled(call, person, source, sent):
    admin = person(role="admin")
    foreign = source(person(role="admin"))["source_id"]
    disabled = source(admin, is_enabled=False)["source_id"]
    assert call(START, admin, json_body={"source_ids": [str(uuid.uuid4())]}).status == 404
    assert call(START, admin, json_body={"source_ids": [foreign]}).status == 404
    assert call(START, admin, json_body={"source_ids": [disabled]}).status == 409
    assert sent == []


def test_the_task_type_is_the_administrators(call, person, source, sent):
    admin = person(role="admin")
    body = {"task_func": "process_data_sync", "task_args": {"source": source(admin)["source_id"]}}
    assert call("tasks.submit_task", person(admin.organization_id), json_body=body).status == 403
    assert call("tasks.submit_task", admin, json_body=body).status == 202


@pytest.mark.parametrize("body", [{"source_ids": ["x"]}, {"source_ids": "all"}, {"force_full_sync": "maybe"}, []])
def test_malformed(call, person, body):
    assert call(START, person(role="admin"), json_body=body).status == 422
