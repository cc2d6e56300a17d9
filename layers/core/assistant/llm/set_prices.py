"""An administrator's own prices: stored per organization, with who set them and why."""

import json
from dataclasses import asdict
from typing import Any

from assistant.llm.prices import Price, price_of
from assistant.llm.settings import note_change
from assistant.platform.db import UnitOfWork


def set_price(work: UnitOfWork, organization_id: str, user_id: str, price: Price, reason: str) -> Price | None:
    """Store a price that counts from its date on; the price that counts until then. Prices are never deleted."""
    before = price_of(work, price.provider, price.model, organization_id)
    work.run(
        """INSERT INTO organization_prices (organization_id, provider, model, tiers, source, valid_from)
           VALUES (CAST(:organization AS uuid), :provider, :model, CAST(:tiers AS jsonb), :source,
                   CAST(:valid_from AS date))
           ON CONFLICT (organization_id, provider, model, valid_from) DO UPDATE
           SET tiers = excluded.tiers, source = excluded.source""",
        provider=price.provider,
        model=price.model,
        organization=organization_id,
        tiers=json.dumps([asdict(tier) for tier in price.tiers]),
        source=price.source,
        valid_from=price.as_of.isoformat(),
    )
    note_change(work, organization_id, user_id, "price", told(before) if before else None, told(price), reason)
    return before


def told(price: Price) -> dict[str, Any]:
    """A price for the audit trail, in micro-dollars a million tokens."""
    return {
        "provider": price.provider,
        "model": price.model,
        "source": price.source,
        "as_of": price.as_of.isoformat(),
        "tiers": [asdict(tier) for tier in price.tiers],
    }
