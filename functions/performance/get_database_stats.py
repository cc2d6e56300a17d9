"""GET /api/v1/performance/database/stats: connections, sizes, scans and times of the database."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.cached import cached
from assistant.monitoring import database, indexes
from assistant.monitoring.routes import RouteTimes, route_times

router = APIRouter(tags=["performance"])


class ConnectionPool(BaseModel):
    """Of the whole server, and of the role that all functions share. Each sandbox has one connection."""

    open: int
    most: int
    used_percent: float
    mine: int
    active: int
    idle: int
    idle_in_transaction: int


class TableStats(BaseModel):
    table: str
    rows: int
    dead_rows: int
    size_bytes: int
    sequential_scans: int
    rows_read_sequentially: int
    index_scans: int
    last_analyzed: datetime | None


class StatementStats(BaseModel):
    """Milliseconds. The text has placeholders and no values."""

    statement: str
    calls: int
    rows: int
    total_ms: float
    mean_ms: float
    max_ms: float


class IndexAdvice(BaseModel):
    """`evidence`: the measured numbers that say so."""

    table: str
    columns: list[str]
    reason: str
    evidence: dict[str, float]


class DatabaseStats(BaseModel):
    """At most two minutes old. `statements_from`: pg_stat_statements, or functions where the server does not count.

    `by_route`: what the functions measured themselves. The last three are for administrators; none for others.
    """

    version: str
    size_bytes: int
    commits: int
    rollbacks: int
    deadlocks: int
    temp_files: int
    pages_in_memory_percent: float | None
    pool: ConnectionPool
    mean_statement_ms: float | None
    statements_from: str
    by_route: list[RouteTimes]
    tables: list[TableStats]
    statements: list[StatementStats] | None = None
    recommendations: list[IndexAdvice] | None = None
    index_requests: list[dict[str, Any]] | None = None


@router.get("/api/v1/performance/database/stats")
async def get_database_stats(caller: Caller, db: Db, response: Response) -> DatabaseStats:
    def load() -> DatabaseStats:
        statements, routes, pool = database.statements(db), route_times(), database.connections(db)
        stats = DatabaseStats(
            **database.totals(db),
            pool=ConnectionPool(
                open=pool.open,
                most=pool.most,
                used_percent=pool.percent,
                mine=pool.mine,
                active=pool.active,
                idle=pool.idle,
                idle_in_transaction=pool.idle_in_transaction,
            ),
            mean_statement_ms=database.mean_statement_ms(statements),
            statements_from="functions" if statements is None else "pg_stat_statements",
            by_route=routes,
            tables=[TableStats(**row) for row in database.tables(db)],
        )
        if caller.is_admin:
            stats.statements = [StatementStats(**row) for row in statements or []]
            stats.recommendations = [
                IndexAdvice(table=one.table, columns=list(one.columns), reason=one.reason, evidence=one.evidence)
                for one in indexes.missing(db)
            ]
            stats.index_requests = database.requested_indexes(db)
        return stats

    return cached(response, caller, "system_stats", "database", ["indexes"], load, DatabaseStats)


handler = lambda_handler(router)
