"""Time inside the monolith: its ASGI application called in this process, without uvicorn and without a socket.

`python inside.py N METHOD PATH [BODY]` in the monolith's environment; `{number}` is the number of the call.
"""

import asyncio
import json
import sys
import time

import jwt
import monolith

WARMING = 20


def scope_of(method: str, path: str, key: str) -> dict:
    token = jwt.encode({"sub": "person"}, monolith.SECRET, algorithm="HS256")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": key}
    return {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
             "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "state": {},
             "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
             "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}  # fmt: skip


async def call(scope: dict, body: bytes) -> int:
    status = 0

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        nonlocal status
        status = message.get("status", status)

    await monolith.app(scope, receive, send)
    return status


async def main(number: int, method: str, path: str, body: str) -> None:
    times, statuses = [], {}
    async with monolith.lifespan(monolith.app):
        for turn in range(WARMING + number):
            scope = scope_of(method, path, f"inside-{time.time_ns()}-{turn}")
            began = time.perf_counter()
            status = await call(scope, body.encode())
            if turn >= WARMING:
                times.append((time.perf_counter() - began) * 1000)
            statuses[str(status)] = statuses.get(str(status), 0) + 1
    print(json.dumps({"milliseconds": times, "statuses": statuses}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else ""))
