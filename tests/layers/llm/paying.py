"""Somebody with a hold who calls models, and what became of the money."""

import uuid

from assistant.budget import ledger
from assistant.budget.proof import discrepancies
from assistant.llm import calls
from assistant.llm.circuit import SandboxCircuit
from assistant.llm.metered import Payer, metered
from assistant.llm.prices import listed_price
from assistant.llm.tokens import input_tokens_upper_bound


class Paying:
    """Somebody with a hold, and what became of it."""

    def __init__(self, db, person, held):
        self.db, self.person, self.request_id = db, person, uuid.uuid4().hex
        with db.transaction() as work:
            ledger.hold(work, person.organization_id, person.user_id, self.request_id, held, "test")

    def call(self, fleet, request, on_text=lambda text, tokens: None, keep=lambda work, completion: None, **more):
        payer = Payer(self.person.organization_id, self.person.user_id, self.request_id, "test")
        return metered(self.db, fleet, request, payer, on_text=on_text, keep=keep, circuit=SandboxCircuit(), **more)

    def rows(self):
        with self.db.reading() as work:
            return work.run(
                """SELECT provider_id, attempt, outcome, cost, reserved, saved, error_code, input_tokens, output_tokens,
                          strategy, first_token_ms, duration_ms
                   FROM llm_calls WHERE request_id = :id ORDER BY created_at, attempt""",
                id=self.request_id,
            )

    def settle(self):
        """(settled, still kept for lost calls) when the request ends here; the ledger adds up."""
        organization_id = self.person.organization_id
        with self.db.transaction() as work:
            totals = calls.totals(work, organization_id, self.request_id)
            ledger.settle(work, organization_id, self.request_id, totals.cost, keep=totals.reserved)
        with self.db.reading() as work:
            assert discrepancies(work) == []
            hold = work.one("SELECT settled, kept, amount FROM holds WHERE request_id = :id", id=self.request_id)
            spent = work.one(
                """SELECT max(spent) AS spent, max(held) AS held FROM budget_periods
                   WHERE organization_id = CAST(:id AS uuid)""",
                id=organization_id,
            )
        assert (spent["spent"], spent["held"]) == (hold["settled"], hold["kept"])
        return hold["settled"], hold["kept"]

    def incidents(self):
        with self.db.reading() as work:
            rows = work.run("SELECT kind, amount FROM budget_incidents WHERE request_id = :id", id=self.request_id)
            return [(row["kind"], row["amount"]) for row in rows]


def worst_case(provider, request):
    price = listed_price(provider.name, provider.model)
    return price.worst_case(input_tokens_upper_bound(request.messages, request.json_schema), request.max_tokens)


def price_of_the_normal_answer(provider):
    tier = listed_price(provider.name, provider.model).tiers[0]
    return -(-(12 * tier.input + 3 * tier.output) // 1_000_000)
