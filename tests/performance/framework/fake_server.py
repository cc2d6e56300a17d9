"""A server whose faults are planted and therefore known: what the instrument must find, and must not invent.

`python -m tests.performance.framework.fake_server PORT`. A request's service takes what a log-normal draws, times its
`factor`; one worker per arm serves one request at a time, as a sandbox does. POST /plant sets the faults.
"""

import asyncio
import random
import sys
import time

from aiohttp import web

MEDIAN = 0.004
SPREAD = 0.35


class Planted:
    """factor: of the service time. stall: the arm stands still for so long, every `every` seconds. leak: bytes kept."""

    def __init__(self) -> None:
        self.factor, self.stall, self.every, self.leak = 1.0, 0.0, 10.0, 0
        self.kept: list[bytearray] = []
        self.began = time.monotonic()
        self.turn = asyncio.Lock()
        self.random = random.Random(7)


def application() -> web.Application:
    arms: dict[str, Planted] = {}

    def arm(name: str) -> Planted:
        if name not in arms:
            arms[name] = Planted()
        return arms[name]

    async def serve(request: web.Request) -> web.Response:
        planted = arm(request.match_info["arm"])
        async with planted.turn:
            if planted.stall:
                into = (time.monotonic() - planted.began) % planted.every
                if into > planted.every - planted.stall:
                    await asyncio.sleep(planted.every - into)
            await asyncio.sleep(MEDIAN * planted.random.lognormvariate(0, SPREAD) * planted.factor)
        if planted.leak:
            planted.kept.append(bytearray(b"x") * planted.leak)
        return web.Response(text="ok")

    async def plant(request: web.Request) -> web.Response:
        found = await request.json()
        planted = arm(request.match_info["arm"])
        for name in ("factor", "stall", "every", "leak"):
            setattr(planted, name, found.get(name, getattr(planted, name)))
        planted.began = time.monotonic()
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/{arm}", serve)
    app.router.add_post("/{arm}/plant", plant)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None, backlog=2048)
