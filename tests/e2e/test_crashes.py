"""Parts die in the middle of the main job: it still gets done, once, and is paid for once."""

import json

import pytest
import redis

from assistant.budget.proof import HOLDS, PERIODS
from tests.e2e.client import until

WORKER = "LlmGenerateRfcFunction"


def invoke(functions, name, event):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    return payload


def test_a_worker_killed_while_it_writes(cloud, user, database, functions, charged):
    with user.socket() as socket:
        task_id = user.submit(sections=("Summary", "Proposal", "Risks and rollout"), target_length=200)
        socket.hear("task_progress", stage="generating", section_number=2)
        until("a call in flight", lambda: started(database, task_id))
        assert cloud.kill_sandboxes(WORKER) >= 1
        assert user.task(task_id)["status"] == "running"  # nobody knows yet; the lease still runs
        # What a minute does: the lease runs out. The sweep would come by itself then; here it is called at once.
        database.run("UPDATE tasks SET lease_until = now() - interval '1 second' WHERE task_id = :id", id=task_id)
        assert invoke(functions, "SweepTasksFunction", {})["released"] >= 0  # or the schedule's own was quicker
        socket.hear("task_completed", task_id=task_id)
        socket.assert_no_gap()
        assert [message["type"] for message in socket.heard].count("task_completed") == 1
    task = user.task(task_id)
    assert (task["status"], task["attempts"]) == ("completed", 2)
    outcomes = database.run(
        "SELECT outcome, cost, output_tokens FROM llm_calls WHERE request_id = :id ORDER BY created_at", id=task_id
    )
    # The first section was not written again; the killed call has no known cost yet, and each section was paid once.
    # The vector of the question is a call without words.
    written = [outcome for outcome, _, words in outcomes if words or outcome == "unknown"]
    assert written == ["succeeded", "unknown", "succeeded", "succeeded"]
    cost = sum(cost for _, cost, _ in outcomes if cost)
    assert (round(task["cost"] * 1e6), charged(task_id)) == (cost, [cost, cost])
    assert database.run("SELECT count(*) FROM rfcs WHERE task_id = :id", id=task_id) == [[1]]
    assert database.run(PERIODS) == database.run(HOLDS) == []


def started(database, task_id):
    [[open_calls]] = database.run(
        "SELECT count(*) FROM llm_calls WHERE request_id = :id AND outcome = 'started'", id=task_id
    )
    return open_calls


def test_the_cache_dies_during_a_task(cloud, user, charged):
    with user.socket() as socket:
        task_id = user.submit(sections=("Summary", "Proposal"))
        socket.hear("task_progress", stage="generating")
        cloud.kill("valkey")
        try:
            with pytest.raises(redis.ConnectionError):
                redis.Redis(port=cloud.addresses.cache_port).ping()
            socket.hear("task_completed", task_id=task_id)
            socket.assert_no_gap()
            task = user.task(task_id)
            assert user.get("/budget/status")["current_usage"] > 0
        finally:
            cloud.start_part("valkey")
    cost = round(task["cost"] * 1e6)
    assert charged(task_id) == [cost, cost]
    assert cost > 0


def test_a_running_task_is_cancelled_within_two_seconds(user, database, charged):
    with user.socket() as socket:
        sections = ("Summary", "Background", "Proposal", "Alternatives", "Rollout")  # the model may end one early
        task_id = user.submit(sections=sections, target_length=2000)
        socket.hear("task_progress", stage="generating")
        until("a call in flight", lambda: started(database, task_id))
        answer = user.http.delete(f"/api/v1/async-tasks/{task_id}")
        assert (answer.status_code, answer.json()["status"]) == (200, "running"), answer.text
        socket.hear("task_cancelled", within=5)
        socket.assert_no_gap()
    task = user.task(task_id)
    assert task["status"] == "cancelled"
    assert "rfc_content" not in task["result"]
    assert 0 < task["cost"] < task["held"]
    cost = round(task["cost"] * 1e6)
    assert charged(task_id) == [cost, cost]
    assert database.run(PERIODS) == database.run(HOLDS) == []
