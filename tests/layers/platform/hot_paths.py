"""A database with many rows, and every statement that requests and tasks send often, as the code itself sends it."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.budget import alerts, history, ledger, limits, room, status
from assistant.identity import sessions, users
from assistant.identity.caller import Caller
from assistant.llm import calls, statistics
from assistant.llm.answers import reused
from assistant.llm.port import Usage
from assistant.monitoring.backlog import backlog
from assistant.notifications import log, outbox
from assistant.platform import queues
from assistant.platform.db import Database
from assistant.tasks import claim, read, reconcile, submit, sweep
from assistant.tasks.task import Priority

USERS = 1000
ORGANIZATION = "00000000-0000-0000-0000-00000000000a"
LARGE = 5000  # rows from which on a sequential scan is a finding
TASK_TYPE = "llm_generate_rfc"
OF_MONEY = ("users", "budgets", "holds", "ledger_entries", "llm_calls")
TABLES = (*OF_MONEY, "tasks", "notifications", "notification_streams", "sessions")

# One organisation has everything, its users share it evenly: the worst case of an index on the organisation alone.
FILL = """
SET session_replication_role = replica;
INSERT INTO organizations (organization_id, name) VALUES ('{organization}', 'Large');
INSERT INTO users (user_id, organization_id, email, name, password_hash)
    SELECT {user}, '{organization}', 'u' || n || '@test.example', 'U', '-' FROM generate_series(1, {users}) AS n;
INSERT INTO budgets (budget_id, organization_id, level, owner_id, limit_microdollars)
    SELECT {user}, '{organization}', 'user', {user}, 1000000000000 FROM generate_series(1, {users}) AS n;
INSERT INTO budgets (budget_id, organization_id, level, owner_id, limit_microdollars)
    VALUES ('{organization}', '{organization}', 'organization', '{organization}', 1000000000000000);
INSERT INTO holds (request_id, organization_id, user_id, purpose, amount, settled, state, budget_ids, period_starts,
                   created_at, settled_at)
    SELECT 'r' || n, '{organization}', {user}, 'p', 100, 50, 'settled', ARRAY[{user}], ARRAY[now()], {at}, {at}
    FROM generate_series(1, {rows}) AS n;
INSERT INTO ledger_entries (organization_id, budget_id, period_start, request_id, from_account, to_account, amount,
                            created_at)
    SELECT '{organization}', {user}, date_trunc('month', now()), 'r' || n, 'held', 'spent', 50, {at}
    FROM generate_series(1, {rows}) AS n;
INSERT INTO llm_calls (organization_id, user_id, request_id, purpose, provider, provider_id, model, reserved, cost,
                       outcome, created_at, finished_at)
    SELECT '{organization}', {user}, 'r' || n, 'p', 'x', 'x', 'm', 100, 50, 'succeeded', {at}, {at}
    FROM generate_series(1, {rows} / 3) AS n;
INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash, status, created_at, finished_at)
    SELECT '{organization}', {user}, '{type}', '{{}}', 'h', 'completed', {at}, {at}
    FROM generate_series(1, {rows} / 3) AS n;
INSERT INTO notifications (user_id, organization_id, "offset", type, data, created_at, sent_at)
    SELECT {user}, '{organization}', n / {users} + 1, 'task_progress', '{{}}', {at}, now()
    FROM generate_series(1, {rows} / 3) AS n;
INSERT INTO notification_streams (user_id, organization_id, last_offset)
    SELECT {user}, '{organization}', {rows} FROM generate_series(1, {users}) AS n;
INSERT INTO sessions (organization_id, user_id, created_at)
    SELECT '{organization}', {user}, {at} FROM generate_series(1, {rows} / 10) AS n;
SET session_replication_role = origin;
"""


def fill(owner, rows: int, users: int = USERS, tables: Sequence[str] = TABLES) -> None:
    """Make the rows, over the last ninety days, and let the planner know of them."""
    user = f"CAST('00000000-0000-0000-0001-' || lpad(to_hex(n % {users}), 12, '0') AS uuid)"
    at = f"now() - make_interval(secs => n::float8 * 7776000 / {rows})"
    for statement in FILL.format(
        organization=ORGANIZATION, user=user, users=users, rows=rows, at=at, type=TASK_TYPE
    ).split(";\n"):  # fmt: skip
        words = statement.split()
        if words and (words[0] == "SET" or words[2] in (*tables, "organizations")):
            owner.execute_simple(statement)
    for table in tables:
        owner.execute_simple(f"VACUUM ANALYZE {table}")


@dataclass(frozen=True)
class Sent:
    """A statement as it was sent."""

    sql: str
    params: dict

    def plan(self, owner) -> dict:
        [row] = owner.execute("EXPLAIN (FORMAT JSON) " + self.sql, self.params)
        plan = row["QUERY PLAN"]
        return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]


def run_everything(database: Database, monkeypatch) -> None:
    """What requests, workers and schedules do all day, for one user of the large organisation."""
    monkeypatch.setattr(queues, "send", lambda *_, **__: None)
    monkeypatch.setattr(queues, "send_ordered", lambda *_: None)
    user = f"00000000-0000-0000-0001-{7:012x}"
    caller = Caller(user, ORGANIZATION, "admin", frozenset({"admin"}), "", "u7@test.example")
    for path in HOT_PATHS:
        path(database, caller)


def _reads(database: Database, caller: Caller) -> None:
    organization, user = caller.organization_id, caller.user_id
    with database.reading() as work:
        users.get_user(work, organization, user)
        status.get_status(work, organization, user)
        room.levels_of(work, organization, user)
        history.usage_history(work, organization, user, 7)
        alerts.list_alerts(work, organization, user, None, whole_organization=False)
        read.list_tasks(work, caller, None, 20, None)
        log.page(work, organization, user, 3, None, 50)
        log.end(work, organization, user)
        reused(work, organization, 7)
        statistics.statistics(work, organization, 1)
        backlog(work)


def _sign_in(database: Database, caller: Caller) -> None:
    with database.transaction() as work:
        session = sessions.start(work, caller.organization_id, caller.user_id)
        sessions.end(work, caller.organization_id, session, "logout")


def _spend(database: Database, caller: Caller) -> None:
    organization, request = caller.organization_id, f"hot-{uuid.uuid4()}"
    with database.transaction() as work:
        ledger.hold(work, organization, caller.user_id, request, 1000, "test")
        ledger.extend(work, organization, request, 10)
        call = calls.begin_call(work, organization, caller.user_id, request, "test", "x", "m", 100)
        calls.totals(work, organization, request)
        calls.finish_call(work, organization, call, Usage(1, 1), 5, "succeeded", 1, 1)
        ledger.held(work, organization, request)
        ledger.settle(work, organization, request, 5)
    with database.transaction() as work:
        limits.change_budget(work, organization, "user", caller.user_id, 10**12, caller.user_id, "a test")


def _task(database: Database, caller: Caller) -> None:
    with database.transaction() as work:
        task = submit.submit(work, caller, TASK_TYPE, {"topic": "t"}, Priority.normal, 100, "key")
    with database.reading() as work:
        read.get_task(work, caller, task.task_id)
    claimed = claim.claim_next(database, TASK_TYPE)
    assert claimed is not None
    claimed.reach("generating", 30)
    claimed.complete(lambda work: {"done": True})
    sweep.sweep(database)
    reconcile.close_abandoned(database)
    reconcile.reconcile_unknown(database)


def _notifications(database: Database, caller: Caller) -> None:
    with database.transaction() as work:
        log.notify(work, caller.organization_id, caller.user_id, "task_progress", {"n": 1})
        log.missed(work, caller.organization_id, caller.user_id, log.end(work, caller.organization_id, caller.user_id))
    outbox.send_unsent(database, caller.organization_id, [caller.user_id])
    outbox.relay_unsent(database)


HOT_PATHS: list[Callable[[Database, Caller], None]] = [_reads, _sign_in, _spend, _task, _notifications]
