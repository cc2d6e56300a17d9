"""Money is whole micro-dollars (10⁻⁶ US dollars) inside, and a decimal number of dollars at the edge."""

from decimal import ROUND_CEILING, Decimal

MICRODOLLARS = 1_000_000
MICRODOLLAR = Decimal("0.000001")  # dollars; the least that there is


def dollars(microdollars: int) -> float:
    """For JSON. Exact to the micro-dollar below 9 billion dollars."""
    return microdollars / MICRODOLLARS


def microdollars(amount: Decimal) -> int:
    """Whole micro-dollars, rounded down: for limits."""
    return int(amount * MICRODOLLARS)


def microdollars_needed(amount: Decimal) -> int:
    """Whole micro-dollars, rounded up: for costs."""
    return int((amount * MICRODOLLARS).to_integral_value(ROUND_CEILING))
