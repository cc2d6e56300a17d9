"""Documents, a model over real sockets, and the workers that the dialogue and the chat wait for."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.identity.caller import Caller
from assistant.llm import gateway
from assistant.search.documents import store_document
from assistant.search.uploads import Upload
from functions.workers import answer_question, llm_generate_rfc
from tests.layers.llm.provider_server import ProviderServer, normal

EVENT = json.loads((Path(__file__).parents[2] / "events/sqs_ticket.json").read_text())
WORKERS = {"answer_question": answer_question, "llm_generate_rfc": llm_generate_rfc}
WRITTEN = ("The ", "plan ", "is ", "sound. ")


class Closed:
    """A circuit that never opens: each test says itself how the provider fares."""

    def wait(self, provider_id):
        return 0.0

    def failed(self, provider_id):
        pass

    succeeded = failed


@contextmanager
def model(monkeypatch) -> Iterator[ProviderServer]:
    """The sandbox's provider; tries follow at once, and no other test's circuit is open."""
    with ProviderServer() as running:
        running.default = normal(*WRITTEN)
        monkeypatch.setenv("LLM_BASE_URL", running.base_url)
        monkeypatch.setattr(gateway, "FIRST_PAUSE", 0.001)
        monkeypatch.setattr(gateway, "shared_circuit", Closed)
        gateway.fleet.cache_clear()
        yield running
        gateway.fleet.cache_clear()


def caller_of(person) -> Caller:
    return Caller(person.user_id, person.organization_id, person.role, frozenset(), "token", person.email)


def uploading(db) -> Callable[..., str]:
    """Stores a text as a document of a person's organisation: its id."""

    def upload(whose, text, filename="budgets.md", title=""):
        with db.transaction() as work:
            stored = store_document(work, caller_of(whose), Upload(text.encode(), filename, "text/markdown", title))
        return stored.document_id

    return upload


def working(db, context) -> Callable[..., dict]:
    """Brings a task's ticket to its worker. No other task is claimed: they wait until the end of time."""

    def work_on(task_id, task_type="answer_question"):
        with db.transaction() as work:
            work.run(
                """UPDATE tasks SET not_before = CASE WHEN task_id = CAST(:id AS uuid) THEN now() ELSE 'infinity' END
                   WHERE status = 'queued'""",
                id=task_id,
            )
        event = copy.deepcopy(EVENT)
        event["Records"][0]["body"] = json.dumps({"task_type": task_type, "task_id": task_id})
        return WORKERS[task_type].handler(event, context)

    return work_on


def listening(db, person, connection_id, types=None) -> None:
    """The person opens a socket."""
    with db.transaction() as work:
        work.run(
            """INSERT INTO connections (connection_id, organization_id, user_id, types)
               VALUES (:id, CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:kinds AS text[]))""",
            id=connection_id,
            organization=person.organization_id,
            user=person.user_id,
            kinds=types,
        )


def money(db, person) -> tuple[int, int]:
    """(spent, held) of a person, in micro-dollars."""
    with db.reading() as work:
        row = work.one(
            """SELECT coalesce(sum(spent), 0) AS spent, coalesce(sum(held), 0) AS held
               FROM budget_periods p JOIN budgets b ON b.budget_id = p.budget_id
               WHERE b.organization_id = CAST(:organization AS uuid) AND b.level = 'user'
                 AND b.owner_id = CAST(:user AS uuid) AND p.organization_id = CAST(:organization AS uuid)""",
            organization=person.organization_id,
            user=person.user_id,
        )
    return int(row["spent"]), int(row["held"])
