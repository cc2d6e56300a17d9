"""Opens the sockets of a real deployment: a ticket over HTTPS, then the socket with that ticket as subprotocol."""

from typing import Any

from assistant.client.client import Open, Socket


class _WebSocket:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise ConnectionError(str(error)) from error

    async def receive(self) -> str:
        from websockets.exceptions import ConnectionClosed

        try:
            return str(await self._connection.recv())
        except ConnectionClosed as error:
            raise ConnectionError(str(error)) from error

    async def close(self) -> None:
        await self._connection.close()


def gateway(api_url: str, websocket_url: str, access_token: str) -> Open:
    """What NotificationClient opens its sockets with. Without a valid access token it keeps raising ConnectionError."""

    async def open_socket() -> Socket:
        import httpx
        from websockets.asyncio.client import connect
        from websockets.exceptions import WebSocketException

        try:
            async with httpx.AsyncClient(timeout=10) as http:
                headers = {"authorization": f"Bearer {access_token}"}
                answer = await http.post(f"{api_url}/api/v1/notifications/ticket", headers=headers)
            answer.raise_for_status()
            ticket = answer.json()["ticket"]
            return _WebSocket(await connect(websocket_url, subprotocols=["ticket", ticket]))  # type: ignore[list-item]
        except (httpx.HTTPError, WebSocketException, OSError) as error:
            raise ConnectionError(str(error)) from error

    return open_socket
