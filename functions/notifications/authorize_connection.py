"""The WebSocket API's authorizer: a one-use ticket, or an access token, in the query or as a subprotocol."""

from typing import Any

from assistant.identity import connection_tickets
from assistant.identity.access_tokens import Refusal
from assistant.identity.authorization import caller_of
from assistant.identity.caller import Caller
from assistant.platform.db import database
from assistant.platform.observability import logger
from assistant.websocket import credential


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    scheme, secret = credential(event)
    caller = redeemed(secret) if scheme == "ticket" else signed_in(secret)
    if caller is None or isinstance(caller, Refusal):
        return policy("nobody", "Deny", event["methodArn"], {})
    return policy(caller.user_id, "Allow", event["methodArn"], caller.to_authorizer())


def redeemed(ticket: str) -> Caller | None:
    """Whose ticket it is; it is used up also when the connection then fails, and the client asks for another."""
    with database().transaction() as work:
        return connection_tickets.redeem(work, ticket)


def signed_in(token: str) -> Caller | Refusal:
    """Whose access token it is, if that sign-in still stands."""
    with database().reading() as work:
        return caller_of(work, token)


def policy(principal: str, effect: str, arn: str, context: dict[str, str]) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }
