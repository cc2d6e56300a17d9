"""A model that costs the machine nothing: an OpenAI-compatible endpoint with a fixed time to answer.

`python -m tests.performance.framework.provider PORT`. A load test measures the assistant; a language model on the same
two cores would be all that it measured. Its time is stated in the report.
"""

import asyncio
import json
import sys
from typing import Any

from aiohttp import web

from local.parts.model import NAME  # the local model's name, because it has a price

FIRST_TOKEN, A_TOKEN, TOKENS = 0.2, 0.005, 60
SENTENCE = ["The", "ledger", "holds", "the", "worst", "case", "before", "a", "call", "and", "settles", "after."]


async def complete(request: web.Request) -> web.StreamResponse:
    asked = await request.json()
    limit = int(asked.get("max_tokens") or asked.get("max_completion_tokens") or TOKENS)
    words = [SENTENCE[number % len(SENTENCE)] + " " for number in range(min(TOKENS, limit))]
    prompt = sum(len(str(message["content"]).split()) for message in asked["messages"])
    usage = {"prompt_tokens": prompt, "completion_tokens": len(words), "total_tokens": prompt + len(words)}
    await asyncio.sleep(FIRST_TOKEN)
    if not asked.get("stream"):
        message = {"role": "assistant", "content": "".join(words)}
        return web.json_response({**_head(), "choices": [_choice(message=message, reason="stop")], "usage": usage})
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    for word in words:
        await _say(answer, {**_head(), "choices": [_choice(delta={"content": word})]})
        await asyncio.sleep(A_TOKEN)
    await _say(answer, {**_head(), "choices": [_choice(delta={}, reason="stop")]})
    await _say(answer, {**_head(), "choices": [], "usage": usage})
    await answer.write(b"data: [DONE]\n\n")
    return answer


def _head() -> dict[str, Any]:
    return {"id": "load", "object": "chat.completion", "created": 0, "model": NAME}


def _choice(reason: str | None = None, **content: Any) -> dict[str, Any]:
    return {"index": 0, "finish_reason": reason, **content}


async def _say(answer: web.StreamResponse, chunk: dict[str, Any]) -> None:
    await answer.write(f"data: {json.dumps(chunk)}\n\n".encode())


async def models(_: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": NAME, "object": "model"}]})


if __name__ == "__main__":
    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    app.router.add_get("/v1/models", models)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, backlog=1024)
