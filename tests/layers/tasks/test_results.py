"""Results: small ones in the row, large ones in the bucket, and gone after an hour unless they are to stay."""

import json

import pytest

from assistant.http.tasks import TaskDetails
from assistant.platform import objects
from assistant.platform.errors import Unavailable
from assistant.tasks.backoff import kind_of, seconds_before_retry
from assistant.tasks.results import LARGEST_INLINE, expire, shown
from assistant.tasks.run import run_ticket
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from tests.layers.tasks.conftest import HELD, TYPE, caller_of, state


@pytest.fixture
def bucket(monkeypatch):
    stored = {}
    monkeypatch.setattr(objects, "put", lambda key, content, kind: stored.__setitem__(key, content))
    monkeypatch.setattr(objects, "delete", stored.pop)
    monkeypatch.setattr(objects, "link", lambda key, seconds: f"https://bucket/{key}?{seconds}")
    return stored


def done(db, person, result, **more):
    with db.transaction() as work:
        task = submit(work, caller_of(person), TYPE, {"topic": "t"}, Priority.normal, HELD, None, **more)
    run_ticket(db, TYPE, lambda database, claim: lambda work: result)
    return state(db, task)


def age(db, task):
    with db.transaction() as work:
        work.run(
            "UPDATE tasks SET result_expires_at = now() - interval '1 second' WHERE task_id = CAST(:id AS uuid)",
            id=task.task_id,
        )


def test_a_small_one_stays_in_the_row_for_an_hour(db, person, bucket):
    task = done(db, person(), {"text": "Привет"})
    assert (task.result["text"], task.result_key, bucket) == ("Привет", None, {})
    assert (task.result_expires_at - task.finished_at).total_seconds() == 3600
    assert expire(db) == 0
    age(db, task)
    assert TaskDetails.of(state(db, task)).result == {"expired": True}  # before the sweep too
    assert expire(db) == 1
    assert expire(db) == 0
    left = state(db, task).result
    assert left["expired"]
    assert "text" not in left
    assert left["cost"]["actual"] == 0  # the bill stays


def test_one_that_is_to_stay_stays(db, person, bucket):
    task = done(db, person(), {"text": "kept"}, keep_result=True)
    assert task.result_expires_at is None
    assert expire(db) == 0


def test_a_large_one_is_in_the_bucket_whole_and_in_the_row_by_reference(db, person, bucket):
    text = "ы" * LARGEST_INLINE
    task = done(db, person(), {"text": text, "title": "Large"})
    [(key, content)] = bucket.items()
    assert json.loads(content)["text"] == text
    assert key == task.result_key
    result = shown(task)
    assert (result["title"], "text" in result) == ("Large", False)
    assert result["reference"] == {"bytes": len(content), "url": f"https://bucket/{key}?300", "expires_in": 300}
    age(db, task)
    expire(db)
    assert bucket == {}
    assert state(db, task).result_key is None


def test_a_bucket_that_does_not_answer_is_tried_again_with_the_task(db, person, monkeypatch):
    def refuse(*_):
        raise Unavailable("S3 is away")

    monkeypatch.setattr(objects, "put", refuse)
    task = done(db, person(), {"text": "x" * LARGEST_INLINE})
    assert (task.status, task.error["kind"]) == ("queued", "provider_down")


@pytest.mark.parametrize("kind", ["rate_limited", "provider_down", "internal"])
def test_pauses_double_with_jitter_and_have_an_end(kind):
    pauses = [[seconds_before_retry(kind, attempt) for _ in range(50)] for attempt in range(1, 12)]
    assert all(len(set(some)) > 1 for some in pauses)
    assert max(pauses[0]) < min(pauses[3])
    assert max(map(max, pauses)) <= 900
    assert min(seconds_before_retry(kind, 1, 200) for _ in range(50)) >= 200


def test_what_is_wrong_with_the_request_is_never_tried_again():
    from assistant.llm.port import ProviderRejected, ProviderThrottled, ProviderUnavailable
    from assistant.platform.errors import Invalid

    assert kind_of(Invalid("no")) == kind_of(ProviderRejected("no", outcome_known=True)) == "invalid"
    assert kind_of(ProviderThrottled("busy", outcome_known=True)) == "rate_limited"
    assert kind_of(ProviderUnavailable("down", outcome_known=True)) == "provider_down"
    assert kind_of(KeyError("x")) == "internal"
