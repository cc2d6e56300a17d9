"""An OpenAI-compatible endpoint that takes 50 ms and bills ten tokens, which are priced at a cent; counts its calls.

Run as `python -m tests.performance.fake_provider PORT`. GET /calls tells how many were served, and begins anew.
"""

import asyncio
import sys

from aiohttp import web

SECONDS = 0.05
ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "created": 0,
    "model": "bench",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 10, "total_tokens": 11},
}
served = 0


async def complete(request: web.Request) -> web.Response:
    global served
    await request.read()
    served += 1
    await asyncio.sleep(SECONDS)
    return web.json_response(ANSWER)


async def calls(_: web.Request) -> web.Response:
    global served
    count, served = served, 0
    return web.json_response({"served": count})


def main() -> None:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    app.router.add_get("/calls", calls)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, backlog=2048)


if __name__ == "__main__":
    main()
