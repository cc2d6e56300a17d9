"""What a user's money was spent on, from the ledger."""

from dataclasses import dataclass

from assistant.platform.db import UnitOfWork


@dataclass(slots=True)
class FeatureUsage:
    """What a feature (the purpose of its holds) cost a user. `requests` were charged; `calls` to a model made them."""

    feature: str
    requests: int = 0
    cost: int = 0  # micro-dollars
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


def usage_by_feature(work: UnitOfWork, organization_id: str, user_id: str, days: int) -> list[FeatureUsage]:
    """The charges and calls of the last `days` times 24 hours, dearest feature first."""
    features: dict[str, FeatureUsage] = {}
    for row in work.run(
        """SELECT h.purpose, count(DISTINCT e.request_id) AS requests, CAST(sum(e.amount) AS bigint) AS cost
           FROM budgets b
           JOIN ledger_entries e ON e.organization_id = CAST(:organization AS uuid) AND e.budget_id = b.budget_id
               AND e.to_account = 'spent' AND e.created_at >= now() - make_interval(days => :days)
           JOIN holds h ON h.organization_id = CAST(:organization AS uuid) AND h.request_id = e.request_id
           WHERE b.organization_id = CAST(:organization AS uuid) AND b.level = 'user'
             AND b.owner_id = CAST(:user AS uuid)
           GROUP BY h.purpose""",
        organization=organization_id,
        user=user_id,
        days=days,
    ):
        features[row["purpose"]] = FeatureUsage(row["purpose"], requests=row["requests"], cost=row["cost"])
    for row in work.run(
        """SELECT purpose, count(*) AS calls, CAST(sum(input_tokens) AS bigint) AS input_tokens,
                  CAST(sum(output_tokens) AS bigint) AS output_tokens
           FROM llm_calls
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
             AND created_at >= now() - make_interval(days => :days)
           GROUP BY purpose""",
        organization=organization_id,
        user=user_id,
        days=days,
    ):
        usage = features.setdefault(row["purpose"], FeatureUsage(row["purpose"]))
        usage.calls, usage.input_tokens, usage.output_tokens = row["calls"], row["input_tokens"], row["output_tokens"]
    return sorted(features.values(), key=lambda usage: (-usage.cost, usage.feature))
