"""What a function's own compute may cost: an estimate, shown beside the bill and never charged to a budget."""

import os
from typing import Any

# AWS Lambda, x86_64, us-east-1, first tier, without the free tier: https://aws.amazon.com/lambda/pricing/
PRICE_AS_OF = "2026-11-23"
DOLLARS_PER_GB_SECOND = 0.0000166667
DOLLARS_PER_INVOCATION = 0.0000002


def compute_estimate(seconds: float) -> dict[str, Any]:
    """The estimate for an invocation that has run for `seconds`; the memory is the sandbox's own, 512 MB elsewhere."""
    megabytes = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or 512)
    gigabyte_seconds = megabytes / 1024 * seconds
    return {
        "estimated_dollars": round(gigabyte_seconds * DOLLARS_PER_GB_SECOND + DOLLARS_PER_INVOCATION, 9),
        "gigabyte_seconds": round(gigabyte_seconds, 3),
        "memory_megabytes": megabytes,
        "seconds": round(seconds, 3),
        "price_per_gigabyte_second": DOLLARS_PER_GB_SECOND,
        "price_as_of": PRICE_AS_OF,
        "note": "An estimate of the last attempt's Lambda compute at AWS's list price; not charged to any budget.",
    }
