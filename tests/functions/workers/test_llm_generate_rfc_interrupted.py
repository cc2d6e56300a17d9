"""The worker of LlmGenerateRfcQueue, killed or overtaken: the document is written once and paid once."""

import pytest

from assistant.llm import gateway
from assistant.tasks.claim import Claim
from functions.schedules.sweep_tasks import handler as sweep
from tests.functions.workers.conftest import ONE_CALL, priced
from tests.layers.llm.provider_server import normal


class Killed(BaseException):
    """The process ends here, without a chance to tidy up."""


def test_a_worker_killed_between_sections_goes_on_from_its_checkpoint(
    job, server, monkeypatch, scheduled, context, sent
):
    server.plan(normal("First ", "text. "), normal("Second ", "text. "))
    task = job()
    reach = Claim.reach

    def die_before_the_second(self, stage, progress, **details):
        if details.get("section_number") == 2:
            raise Killed
        reach(self, stage, progress, **details)

    with monkeypatch.context() as dying:
        dying.setattr(Claim, "reach", die_before_the_second)
        with pytest.raises(Killed):
            task.ticket()
    assert task.checkpoint["texts"] == ["First text."]
    task.ticket()
    assert task.state["attempts"] == 1  # still leased to the dead one
    task.lease_expires()
    sent.clear()
    assert sweep(scheduled, context)["released"] == 1
    assert [body["task_id"] for queue, body in sent if queue == "LLM_GENERATE_RFC_QUEUE_URL"] == [task.task_id]
    task.ticket()
    assert (task.state["status"], task.state["attempts"]) == ("completed", 2)
    assert len(server.records) == 2  # one request a section
    content = task.state["result"]["rfc_content"]
    assert content.index("First text.") < content.index("Second text.")
    assert task.cost == 2 * priced(12, 2)


def test_a_worker_killed_during_a_call_pays_for_it_once_it_is_reconciled(job, server, monkeypatch, scheduled, context):
    task = job()

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(gateway, "complete", die)
        with pytest.raises(Killed):
            task.ticket()
    task.lease_expires()
    sweep(scheduled, context)
    task.ticket()
    assert task.state["status"] == "completed"
    assert [call["outcome"] for call in task.calls] == ["unknown", "succeeded", "succeeded"]
    assert task.cost == 2 * ONE_CALL
    assert task.budget() == (task.cost, task.calls[0]["reserved"])


def test_a_worker_that_lost_its_lease_stores_nothing_more(job, server, monkeypatch, scheduled, context, db):
    """A slow worker wakes up after its task was given to another one, which has finished it."""
    task = job()
    reach = Claim.reach

    def sleep_through_the_lease(self, stage, progress, **details):
        if stage == "quality_checked" and self.task.attempts == 1:
            task.lease_expires()
            sweep(scheduled, context)
            task.ticket()
        reach(self, stage, progress, **details)

    monkeypatch.setattr(Claim, "reach", sleep_through_the_lease)
    task.ticket()
    assert (task.state["status"], task.state["attempts"]) == ("completed", 2)
    assert len(server.records) == 2
    assert task.cost == 2 * ONE_CALL
    with db.reading() as work:
        assert work.one("SELECT count(*) AS n FROM rfcs") == {"n": 1}
    assert [kind for _, kind, _ in task.notified].count("task_completed") == 1
