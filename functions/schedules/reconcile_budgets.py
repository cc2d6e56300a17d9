"""Every hour: prove the ledger, close what crashes left held, tell alerts that nobody was told of, open partitions."""

from typing import Any

from assistant.budget.alerts import announce_all
from assistant.budget.proof import prove
from assistant.platform.db import database
from assistant.queue import on_schedule
from assistant.tasks.reconcile import close_abandoned, reconcile_unknown


@on_schedule
def handler() -> dict[str, Any]:
    source = database()
    return {
        "abandoned": close_abandoned(source),
        "reconciled": reconcile_unknown(source),
        "announced": announce_all(source),
        **prove(source),
    }
