"""Who may read the metrics: whoever has the scrape token of Secrets Manager, and administrators.

The route is open at the gateway, because a scraper has no account; this is its lock.
"""

import hmac

from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Forbidden, Unauthenticated
from assistant.platform.secrets import secret

SECRET = "SCRAPE_TOKEN_SECRET"  # noqa: S105 - the setting that names it
HOW = "Send the scrape token of Secrets Manager, or an administrator's access_token, as 'Authorization: Bearer …'."


def require_scraper(work: UnitOfWork, authorization: str) -> None:
    """Raise Unauthenticated or Forbidden unless the header has one of the two."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(HOW, reason="missing")
    # An empty secret would let everybody in who sends nothing.
    if (expected := secret(SECRET)) and hmac.compare_digest(token.encode(), expected.encode()):
        return
    # Only who comes with something else pays for what reads tokens; a scraper never does.
    from assistant.identity.access_tokens import Refusal
    from assistant.identity.authorization import caller_of

    caller = caller_of(work, token)
    if isinstance(caller, Refusal):
        raise Unauthenticated(HOW, reason=caller.value)
    if "admin" not in caller.scopes:
        raise Forbidden("The metrics are for administrators and for the scrape token.", missing_scopes=["admin"])
