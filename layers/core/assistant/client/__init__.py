"""The client of the socket, for Python programs: reconnects, resumes, puts in order, never loses anything silently.

    client = NotificationClient(gateway(api_url, websocket_url, access_token))
    async for event in client.events():
        match event:
            case Shown(message): ...          # the next message, each once, in order
            case HistoryLost(): ...           # something is missing: read the state over HTTP, then go on
            case StateChanged(state): ...     # connecting or live

`inbox` is the protocol without a network, `client` drives it over sockets, `gateway` opens real ones (it needs the
packages `websockets` and `httpx`, which the Lambda layer does not have). docs/notifications.md describes the protocol.
"""

from assistant.client.client import NotificationClient
from assistant.client.inbox import HistoryLost, Inbox, Shown, StateChanged

__all__ = ["HistoryLost", "Inbox", "NotificationClient", "Shown", "StateChanged"]
