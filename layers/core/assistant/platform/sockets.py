"""Posting to the open connections of the WebSocket API. Not reachable from inside the VPC."""

import random
import time
from functools import cache
from typing import Any

from assistant.platform.aws import client
from assistant.platform.config import setting

# A message can overtake the end of its own $connect; API Gateway then says Gone of a connection that is coming.
JUST_CONNECTED_TRIES, PAUSE_SECONDS = 5, 0.1
THROTTLED_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds, each plus up to as much again
SLOW_SECONDS = 2  # API Gateway takes a frame in milliseconds
CONNECTIONS = 16  # posts at once


class Gone(Exception):
    """The connection is closed."""


class TooLarge(Exception):
    """API Gateway takes at most 128 KB."""


class Throttled(Exception):
    """API Gateway refuses for its rate limit, also after waiting."""


class Slow(Exception):
    """No answer in time: whether the frame arrived is unknown."""


def post(connection_id: str, data: bytes, *, just_connected: bool = False) -> None:
    """Send a frame. Raises Gone, TooLarge, Throttled or Slow."""
    tries_left = JUST_CONNECTED_TRIES if just_connected else 1
    pauses = iter(THROTTLED_PAUSES)
    while True:
        try:
            _client().post_to_connection(ConnectionId=connection_id, Data=data)
        except Exception as error:
            reason = _reason(error)
            if reason is Gone and tries_left > 1:
                tries_left -= 1
                time.sleep(PAUSE_SECONDS)
            elif reason is Throttled and (pause := next(pauses, None)) is not None:
                time.sleep(pause * (1 + random.random()))  # noqa: S311 - jitter
            elif reason is None:
                raise
            else:
                raise reason(connection_id) from error
        else:
            return


def close(connection_id: str) -> None:
    """Cut a connection; one that is gone stays gone."""
    try:
        _client().delete_connection(ConnectionId=connection_id)
    except Exception as error:
        if _reason(error) is not Gone:
            raise


def _reason(error: Exception) -> type[Exception] | None:
    """What API Gateway said, by its error code or its status: the code of a throttled call differs between services."""
    from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

    if isinstance(error, ReadTimeoutError | ConnectTimeoutError):
        return Slow
    if not isinstance(error, ClientError):
        return None
    return {410: Gone, 413: TooLarge, 429: Throttled}.get(error.response["ResponseMetadata"]["HTTPStatusCode"])


@cache
def _client() -> Any:
    return client(
        "apigatewaymanagementapi",
        setting("WEBSOCKET_ENDPOINT"),
        read_timeout=SLOW_SECONDS,
        connections=CONNECTIONS,
    )
