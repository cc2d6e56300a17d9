"""Holds and settlements. The rules themselves are PostgreSQL functions (migration 0013), where they are indivisible.

The rows of a budget are what all its calls wait for, so a hold or a settlement is best the last statement of its
transaction, with the commit in the same packet: `hold_and_commit`, `settle_and_commit`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.budget.alerts import announce
from assistant.budget.money import dollars
from assistant.platform.cache import cache
from assistant.platform.cache_keys import budget_tag
from assistant.platform.db import Row, StatementFailed, UnitOfWork
from assistant.platform.errors import BudgetExceeded, Conflict
from assistant.platform.observability import count

NO_ROOM, NOT_YOURS = "P0402", "P0409"

HOLD = """SELECT hold_budget(CAST(:organization AS uuid), CAST(:user AS uuid), :request,
                             CAST(:amount AS bigint), :purpose) AS held"""
SETTLE = """SELECT settled, alerts,
                   (SELECT user_id FROM holds
                    WHERE organization_id = CAST(:organization AS uuid) AND request_id = :request) AS payer
            FROM settle_hold(CAST(:organization AS uuid), :request, CAST(:cost AS bigint), CAST(:keep AS bigint))"""


def hold(work: UnitOfWork, organization_id: str, user_id: str, request_id: str, amount: int, purpose: str) -> int:
    """Hold `amount` micro-dollars at every level above the user or at none; the same request id holds once.

    Returns what the request has to spend: 0 when it is repeated after its settlement. Raises BudgetExceeded with the
    level, what is left and when it resets, and Conflict for a request of somebody else; the transaction is then void.
    """
    with refusals():
        rows = work.run(
            HOLD, organization=organization_id, user=user_id, request=request_id, amount=amount, purpose=purpose
        )
    changed(work, organization_id, user_id)
    return int(rows[0]["held"])


def hold_and_commit(
    work: UnitOfWork, organization_id: str, user_id: str, request_id: str, amount: int, purpose: str
) -> int:
    """`hold` as the last statement of the transaction: the organisation's row is locked for no round trip."""
    with refusals():
        rows = work.run_and_commit(
            HOLD, organization=organization_id, user=user_id, request=request_id, amount=amount, purpose=purpose
        )
    changed(work, organization_id, user_id)
    return int(rows[0]["held"])


def hold_nothing_and_commit(
    work: UnitOfWork, organization_id: str, user_id: str, request_id: str, purpose: str
) -> None:
    """For work without a call to a model: a hold of nothing fits whatever is left, and cannot be extended."""
    work.run_and_commit(
        """INSERT INTO holds (request_id, organization_id, user_id, purpose, amount, budget_ids, period_starts)
           VALUES (:request, CAST(:organization AS uuid), CAST(:user AS uuid), :purpose, 0, '{}', '{}')
           ON CONFLICT (request_id) DO NOTHING""",
        request=request_id,
        organization=organization_id,
        user=user_id,
        purpose=purpose,
    )


def held(work: UnitOfWork, organization_id: str, request_id: str) -> int:
    """What is held for a request in all; 0 when there is no open hold, so nothing more may be spent."""
    row = work.one(
        """SELECT amount FROM holds
           WHERE organization_id = CAST(:organization AS uuid) AND request_id = :request AND state = 'held'""",
        organization=organization_id,
        request=request_id,
    )
    return row["amount"] if row else 0


def extend(work: UnitOfWork, organization_id: str, request_id: str, more: int) -> int:
    """Take `more` for an open hold; what it then holds in all. Raises BudgetExceeded when that does not fit."""
    with refusals():
        rows = work.run(
            """SELECT extend_hold(CAST(:organization AS uuid), h.request_id, CAST(:more AS bigint)) AS held, h.user_id
               FROM holds h
               WHERE h.organization_id = CAST(:organization AS uuid) AND h.request_id = :request
                 AND cardinality(h.budget_ids) > 0""",
            organization=organization_id,
            request=request_id,
            more=more,
        )
    if not rows:
        raise Conflict("Nothing was held for this request, so no model is called for it.")
    changed(work, organization_id, str(rows[0]["user_id"]))
    held: int = rows[0]["held"]
    return held


def settle(work: UnitOfWork, organization_id: str, request_id: str, cost: int, keep: int = 0) -> int:
    """Charge `cost` of a hold, keep `keep` for calls of unknown outcome, free the rest; what it has cost in all.

    Settling again changes nothing. A cost above the hold is capped at it and recorded as an incident. Alerts that it
    raises are stored with it, and told to people after the commit.
    """
    rows = work.run(SETTLE, organization=organization_id, request=request_id, cost=cost, keep=keep)
    return _settled(work, organization_id, rows)


def settle_and_commit(work: UnitOfWork, organization_id: str, request_id: str, cost: int, keep: int = 0) -> int:
    """`settle` as the last statement of the transaction: the organisation's row is locked for no round trip."""
    rows = work.run_and_commit(SETTLE, organization=organization_id, request=request_id, cost=cost, keep=keep)
    return _settled(work, organization_id, rows)


def changed(work: UnitOfWork, organization_id: str, user_id: str) -> None:
    """What the cache says of a user's budget ends with this transaction's commit."""
    work.after_commit(lambda: cache().invalidate(organization_id, [budget_tag(user_id)]))


def _settled(work: UnitOfWork, organization_id: str, rows: list[Row]) -> int:
    [row] = rows
    settled(work, organization_id, str(row["payer"]), row["alerts"])
    cost: int = row["settled"]
    return cost


def settled(work: UnitOfWork, organization_id: str, payer: str, alerts: int) -> None:
    """What follows the commit of a settlement that raised so many alerts."""
    changed(work, organization_id, payer)
    if alerts:
        work.after_commit(lambda: _announce(work, organization_id))


def _announce(work: UnitOfWork, organization_id: str) -> None:
    announce(work.database, organization_id)


def agreed_cost(work: UnitOfWork, organization_id: str, request_id: str, cost: int) -> int:
    """What `settle` will say that the request has cost in all. Locks the hold, so that it stays true until then."""
    [row] = work.run(
        """SELECT CASE state WHEN 'held' THEN least(CAST(:cost AS bigint), amount)
                             WHEN 'unknown' THEN settled + least(CAST(:cost AS bigint), kept)
                             ELSE settled END AS cost
           FROM holds WHERE organization_id = CAST(:organization AS uuid) AND request_id = :request
           FOR NO KEY UPDATE""",
        organization=organization_id,
        request=request_id,
        cost=cost,
    )
    agreed: int = row["cost"]
    return agreed


def record_incident(work: UnitOfWork, organization_id: str, request_id: str, kind: str, amount: int) -> None:
    """Note what should not happen and must not pass in silence; `amount` in micro-dollars."""
    work.run(
        """INSERT INTO budget_incidents (organization_id, request_id, kind, amount)
           VALUES (CAST(:organization AS uuid), :request, :kind, :amount)""",
        organization=organization_id,
        request=request_id,
        kind=kind,
        amount=amount,
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what the hold of a statement within is refused for into its error."""
    try:
        yield
    except StatementFailed as error:
        if error.sqlstate == NOT_YOURS:
            raise Conflict("This request id belongs to somebody else. Use a new one.") from error
        if error.sqlstate != NO_ROOM:
            raise
        count({"BudgetRefusals": 1})
        reason = json.loads(error.detail)
        raise BudgetExceeded(
            f"This needs up to ${dollars(reason['required']):.6f}, and the budget of the {reason['level']} has "
            f"${dollars(reason['remaining']):.6f} left until {reason['resets_at'] or 'an administrator sets one'}. "
            "Ask an administrator to raise it, or wait for the reset.",
            level=reason["level"],
            required=dollars(reason["required"]),
            remaining=dollars(reason["remaining"]),
            resets_at=reason["resets_at"],
        ) from error
