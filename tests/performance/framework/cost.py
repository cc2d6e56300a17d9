"""What a thousand requests cost on AWS by use, from what they were seen to use here and dated list prices.

Left out, because requests do not change it: what is paid by the hour (database, proxy, endpoints, cache minimum), and
the model's tokens, which the budgets hold. A Lambda of 512 MB has less than a third of a core: its seconds are more.
"""

from pathlib import Path
from typing import Any

import yaml

PRICES = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text())


def of_thousand(counted: dict[str, Any]) -> float | None:
    """Dollars for 1,000 of one operation; None where nothing was counted, as at a foreign target."""
    if "gb_seconds" not in counted:
        return None
    one = (
        counted["gb_seconds"] * PRICES["lambda_gb_second"]
        + counted["invocations"] * PRICES["lambda_request"]
        + PRICES["http_api_request"]
        + counted["cache_calls"] * PRICES["cache_ecpu"]
    )
    return round(one * 1000, 6)


def of_mix(alone: dict[str, dict[str, Any]], shares: dict[str, float]) -> float | None:
    """Dollars for 1,000 requests in the mix's shares."""
    priced = {name: cost for name, counted in alone.items() if (cost := of_thousand(counted)) is not None}
    total = sum(shares[name] for name in priced)
    return round(sum(cost * shares[name] for name, cost in priced.items()) / total, 6) if total else None
