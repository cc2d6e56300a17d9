"""Secrets Manager's rotation of SigningKeySecret: a new key signs, the ones before it still verify."""

from typing import Any

from assistant.identity.signing_keys import rotated
from assistant.platform.observability import logger
from assistant.platform.secrets import finish_rotation, pending_value, put_pending, value_of


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> None:
    secret_id, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    match step:
        case "createSecret":
            if pending_value(secret_id, token) is None:
                put_pending(secret_id, token, rotated(value_of(secret_id)))
        case "finishSecret":
            finish_rotation(secret_id, token)
        case "setSecret" | "testSecret":
            pass  # no other system knows the key
        case _:
            raise ValueError(f"There is no rotation step {step!r}.")
