"""A worker with a provider that fails on command, and the money watched after every test."""

import copy
import json
from pathlib import Path

import pytest

from assistant.budget.proof import discrepancies
from assistant.llm import gateway
from assistant.llm.prices import listed_price
from functions.workers import llm_generate_rfc
from tests.layers.llm.provider_server import ProviderServer, normal

EVENT = json.loads((Path(__file__).parents[3] / "events/sqs_ticket.json").read_text())
SECTIONS = ["Summary", "Proposal"]
TEXT = ("The ", "plan ", "is ", "sound. ")
MODEL = ("local", "SmolLM2-135M-Instruct")


def priced(input_tokens, output_tokens):
    price = listed_price(*MODEL)
    return -(-(input_tokens * price.tiers[0].input + output_tokens * price.tiers[0].output) // 1_000_000)


ONE_CALL = priced(12, len(TEXT))  # what the test's provider counts for each section


@pytest.fixture
def server():
    with ProviderServer() as running:
        running.default = normal(*TEXT)
        yield running


class Closed:
    """A circuit that never opens: each test says itself how the provider fares."""

    def wait(self, provider_id):
        return 0.0

    def failed(self, provider_id):
        pass

    succeeded = failed


@pytest.fixture(autouse=True)
def provider_at(server, monkeypatch):
    """The sandbox's provider is the server; tries follow at once, and no other test's circuit is open."""
    monkeypatch.setenv("LLM_BASE_URL", server.base_url)
    monkeypatch.setattr(gateway, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(gateway, "shared_circuit", Closed)
    gateway.fleet.cache_clear()
    yield
    gateway.fleet.cache_clear()


@pytest.fixture(autouse=True)
def alone(db):
    """No other test's task is claimed."""
    with db.transaction() as work:
        work.run("DELETE FROM rfcs")
        work.run("DELETE FROM tasks")


@pytest.fixture(autouse=True)
def adds_up(db):
    """After each test the ledger proves every budget."""
    yield
    with db.reading() as work:
        assert discrepancies(work) == []


class Job:
    """A submitted task and what can be done with it."""

    def __init__(self, db, call, context, owner, answer, worker=llm_generate_rfc):
        self._db, self._call, self._context, self.owner, self._worker = db, call, context, owner, worker
        self.task_id, self.held = answer["task_id"], round(answer["held"] * 1e6)

    @property
    def task_type(self):
        return self._worker.__name__.rpartition(".")[2]

    def ticket(self):
        """One SQS message reaches the worker."""
        event = copy.deepcopy(EVENT)
        event["Records"][0]["body"] = json.dumps({"task_type": self.task_type, "task_id": self.task_id})
        return self._worker.handler(event, self._context)

    def pause_is_over(self):
        """What a retry waits for has passed."""
        self.change("not_before = now()")

    def lease_expires(self):
        """The worker that had the task has said nothing for a minute."""
        self.change("lease_until = now() - interval '1 second'")

    def change(self, changes):
        with self._db.transaction() as work:
            work.run(f"UPDATE tasks SET {changes} WHERE task_id = CAST(:id AS uuid)", id=self.task_id)

    @property
    def state(self):
        return self._call("tasks.get_task", self.owner, path={"task_id": self.task_id}).body

    @property
    def cost(self):
        """Micro-dollars."""
        return round(self.state["cost"] * 1e6)

    @property
    def hold(self):
        return self.one("SELECT state, amount, settled, kept FROM holds WHERE request_id = :id")

    @property
    def calls(self):
        """The outcome, reserved and cost of each call to the model."""
        with self._db.reading() as work:
            return work.run(
                """SELECT outcome, reserved, cost, input_tokens, output_tokens FROM llm_calls
                   WHERE request_id = :id ORDER BY created_at""",
                id=self.task_id,
            )

    @property
    def checkpoint(self):
        return self.one("SELECT checkpoint FROM tasks WHERE task_id = CAST(:id AS uuid)")["checkpoint"]

    @property
    def notified(self):
        """(offset, type, stage) of each notification of the owner."""
        with self._db.reading() as work:
            rows = work.run(
                'SELECT "offset", type, data FROM notifications WHERE user_id = CAST(:id AS uuid) ORDER BY "offset"',
                id=self.owner.user_id,
            )
        return [(row["offset"], row["type"], row["data"]["stage"]) for row in rows]

    def budget(self):
        """(spent, held) of the owner in micro-dollars."""
        status = self._call("budget.get_budget_status", self.owner).body
        return round(status["current_usage"] * 1e6), round(status["held"] * 1e6)

    def one(self, sql):
        with self._db.reading() as work:
            return work.one(sql, id=self.task_id)


@pytest.fixture
def job(db, call, context, person, sent):
    """Submits an RFC of two sections; more arguments of the task may be given."""

    def make(owner=None, **args):
        owner = owner or person()
        args = {"topic": "Budgets for teams", "target_length": 100, "sections": SECTIONS, **args}
        answer = call("tasks.submit_task", owner, json_body={"task_func": "llm_generate_rfc", "task_args": args})
        assert answer.status == 202, answer.body
        return Job(db, call, context, owner, answer.body)

    return make
