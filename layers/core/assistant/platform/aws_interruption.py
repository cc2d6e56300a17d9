"""Lets another thread end the wait of an AWS client for an answer. Not imported with the clients: see aws_errors."""

import socket
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)

from assistant.platform.interruption import waiting_on


class _Heard:
    """Waits for the head of an answer where it can be woken, and tells the answer which socket its body comes from."""

    sock: socket.socket | None

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        with waiting_on(self.sock):
            connection = self.sock
            response = super().getresponse(*args, **kwargs)  # type: ignore[misc]
        response.waited_on = connection
        return response


class _PlainConnection(_Heard, AWSHTTPConnection):  # type: ignore[misc]
    pass


class _TlsConnection(_Heard, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _PlainPool(AWSHTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def interruptible_client(client: Any) -> Any:
    """The same client; its answers may be interrupted. botocore has no parameter for the connections that it makes."""
    client._endpoint.http_session._manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
    return client


def interruptible_events(events: Any) -> Iterator[Any]:
    """The events of a stream; the wait for the next one may be interrupted."""
    connection = getattr(events._raw_stream, "waited_on", None)
    iterator = iter(events)
    while True:
        with waiting_on(connection):
            try:
                event = next(iterator)
            except StopIteration:
                return
        yield event
