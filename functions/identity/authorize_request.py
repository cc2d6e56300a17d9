"""The HTTP API's authorizer: verifies the bearer token once, for every route that is not public."""

from typing import Any

from assistant.identity.access_tokens import Refusal
from assistant.identity.authorization import caller_of
from assistant.platform.db import database
from assistant.platform.observability import logger


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Denies what is not a genuine token. A genuine one that has expired or was ended passes with its refusal, because
    the gateway cannot say more than "Forbidden", while the endpoint answers 401 and tells the client what to do.

    With PostgreSQL down it raises: the gateway answers 500 and, unlike an answer, does not keep that for a minute.
    """
    scheme, _, token = event.get("headers", {}).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return {"isAuthorized": False}
    with database().reading() as work:
        caller = caller_of(work, token.strip())
    if caller is Refusal.INVALID:
        return {"isAuthorized": False}
    if isinstance(caller, Refusal):
        return {"isAuthorized": True, "context": {"refusal": caller.value}}
    return {"isAuthorized": True, "context": caller.to_authorizer()}
