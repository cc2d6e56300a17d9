"""What a client of the soak reads of a budget through the cache, while Valkey is flushed and killed under it.

A status may be old by what others did since; by what this client itself settled before it asked, never.
"""

from collections.abc import Callable
from typing import Any

from assistant.platform.cache import Cache
from assistant.platform.cache_keys import NAMESPACES, budget_tag
from assistant.platform.db import Database, StatementFailed
from assistant.platform.errors import Unavailable
from assistant.platform.valkey import Valkey

SPENT = """SELECT CAST(coalesce(sum(p.spent), 0) AS bigint) AS spent
           FROM budgets b JOIN budget_periods p ON p.budget_id = b.budget_id
           WHERE b.organization_id = CAST(:o AS uuid) AND b.level = 'user' AND b.owner_id = CAST(:u AS uuid)"""


class Watcher:
    """The cache of one client, as one sandbox has it."""

    def __init__(self, database: Database, log: Callable[[dict[str, Any]], None]) -> None:
        self._database, self._log = database, log
        self._cache = Cache(Valkey())

    def look(self, organization: str, user: str) -> None:
        """Ask the truth, say that it changed, ask the cache: spent never falls, so less than the truth is a lie."""
        try:
            truth = self._spent(organization, user)
            self._cache.invalidate(organization, [budget_tag(user)])
            shown = self._cache.get(
                NAMESPACES["budget_status"], organization, f"soak {user}", [budget_tag(user)],
                lambda: self._spent(organization, user),
            )  # fmt: skip
        except (Unavailable, StatementFailed):
            return  # PostgreSQL is away
        line = {"e": "looked", "u": user, "how": shown.state}
        if shown.value < truth and shown.state != "stale":  # PostgreSQL is away, and the answer says that it is old
            line |= {"e": "stale", "truth": truth, "shown": shown.value}
        self._log(line)

    def _spent(self, organization: str, user: str) -> int:
        with self._database.reading() as work:
            return int(work.run(SPENT, o=organization, u=user)[0]["spent"])
