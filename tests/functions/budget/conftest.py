"""People who have spent something."""

import uuid

import pytest

from assistant.budget import ledger


@pytest.fixture
def spend(db):
    """Charge a person; the request's id. Without `settle` the amount stays held."""

    def spend(person, amount, *, settle=True, purpose="test"):
        request_id = f"spend-{uuid.uuid4()}"
        with db.transaction() as work:
            ledger.hold(work, person.organization_id, person.user_id, request_id, amount, purpose)
            if settle:
                ledger.settle(work, person.organization_id, request_id, amount)
        return request_id

    return spend


@pytest.fixture
def rows(db):
    """Run a statement as a test may: across organisations."""

    def rows(sql, **params):
        with db.transaction() as work:
            return work.run(sql, **params)

    return rows
