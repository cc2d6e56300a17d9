"""Holding, settling and proving, each in a transaction of its own."""

import uuid

from assistant.budget import ledger
from assistant.budget.proof import discrepancies


def take(db, person, amount, request_id=None):
    request_id = request_id or uuid.uuid4().hex
    with db.transaction() as work:
        ledger.hold_and_commit(work, person.organization_id, person.user_id, request_id, amount, "test")
    return request_id


def pay(db, person, request_id, cost, keep=0):
    with db.transaction() as work:
        return ledger.settle_and_commit(work, person.organization_id, request_id, cost, keep)


def proof(db):
    with db.reading() as work:
        return discrepancies(work)
