"""The organisation's budgets at a glance, for its administrators."""

from dataclasses import dataclass

from assistant.platform.db import UnitOfWork

TOP = 10
FEWEST = 0.1  # of a period: its first tenth says nothing about a pace


@dataclass(frozen=True, slots=True)
class Spender:
    """A user's current period. Micro-dollars; `projected` is what it will have cost at this pace."""

    user_id: str
    email: str
    granted: int
    spent: int
    held: int
    projected: int

    @property
    def used_percentage(self) -> float:
        return 100 * self.spent / self.granted

    @property
    def projected_percentage(self) -> float:
        return 100 * self.projected / self.granted


@dataclass(frozen=True, slots=True)
class Overview:
    """`spenders` are all users with a budget. The organisation's own sums are None when it has no budget."""

    granted: int | None
    spent: int | None
    held: int | None
    spenders: list[Spender]

    def at_least(self, percentage: int) -> int:
        """How many users have used this much of their budget."""
        return sum(spender.spent * 100 >= spender.granted * percentage for spender in self.spenders)

    @property
    def top_spenders(self) -> list[Spender]:
        spent = [spender for spender in self.spenders if spender.spent > 0]
        return sorted(spent, key=lambda spender: (-spender.spent, spender.email))[:TOP]

    @property
    def at_risk(self) -> list[Spender]:
        """Those who will pass 80 % of their limit at this pace, the highest share first."""
        risky = [spender for spender in self.spenders if spender.projected * 100 >= spender.granted * 80]
        return sorted(risky, key=lambda spender: (-spender.projected_percentage, spender.email))[:TOP]


def get_overview(work: UnitOfWork, organization_id: str) -> Overview:
    """Every number from the current periods' rows."""
    rows = work.run(
        """SELECT p.level, CAST(p.owner_id AS text) AS owner_id, u.email, p.granted, p.spent, p.held,
                  CAST(round(p.spent / greatest(CAST(:fewest AS numeric), extract(epoch FROM now() - p.period_start)
                       / extract(epoch FROM p.period_end - p.period_start))) AS bigint) AS projected
           FROM current_periods(CAST(:organization AS uuid), now()) AS p
           LEFT JOIN users u ON u.organization_id = CAST(:organization AS uuid) AND u.user_id = p.owner_id
           WHERE p.level IN ('organization', 'user')""",
        organization=organization_id,
        fewest=FEWEST,
    )
    own = next((row for row in rows if row["level"] == "organization"), None)
    return Overview(
        granted=own["granted"] if own else None,
        spent=own["spent"] if own else None,
        held=own["held"] if own else None,
        spenders=[
            Spender(row["owner_id"], row["email"], row["granted"], row["spent"], row["held"], row["projected"])
            for row in rows
            if row["level"] == "user" and row["email"]
        ],
    )
