"""`make bench-notifications`: sockets held, and from a notification's commit to its client, through the local cloud."""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from local.lambda_host.sandbox import resident_megabytes
from tests.performance.notification_cloud import NotificationCloud, in_batches, notification_cloud

WARM_UP = 200
TARGET_P99_MS = 150


async def bench(cloud: NotificationCloud, sockets: int, messages: int, a_second: float) -> dict:
    gateway = cloud.addresses.pids["gateway"]
    people = cloud.people(sockets)
    database = cloud.database()
    first = await cloud.connect(database, people[0])
    await first.close()  # the functions of the handshake are warm, and so is what the gateway loads for them
    before, began = resident_megabytes(gateway), time.monotonic()
    opened = await in_batches(8, [cloud.connect(database, caller) for caller in people])
    connected = time.monotonic() - began
    arrived: dict[int, float] = {}
    everything = asyncio.Event()

    async def listen(socket) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["offset"] is not None:
                arrived[message["data"]["n"]] = time.monotonic()
                if len(arrived) == WARM_UP + messages:
                    everything.set()

    listening = [asyncio.create_task(listen(socket)) for socket in opened]
    await asyncio.sleep(3)  # the greetings
    memory = (resident_megabytes(gateway) - before) / sockets * 1000
    committed: dict[int, float] = {}
    start = time.monotonic()
    for n in range(WARM_UP + messages):
        committed[n] = await asyncio.to_thread(cloud.tell, database, random.choice(people), {"n": n})
        await asyncio.sleep(max(0, start + (n + 1) / a_second - time.monotonic()))
    try:
        async with asyncio.timeout(30):
            await everything.wait()
    except TimeoutError:
        pass
    open_now = sum(not task.done() for task in listening)
    for task in listening:
        task.cancel()
    for socket in opened:
        socket.transport.abort()
    times = sorted(1000 * (arrived[n] - committed[n]) for n in range(WARM_UP, WARM_UP + messages) if n in arrived)
    return {
        "sockets_held": open_now,
        "connects_a_second": round(sockets / connected),
        "memory_kb_a_connection": round(memory, 1),
        "messages": messages,
        "a_second": a_second,
        "arrived": len(times),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
        "max_ms": round(times[-1], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--a-second", type=float, default=40)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as state, notification_cloud(Path(state)) as cloud:
        result = asyncio.run(bench(cloud, arguments.sockets, arguments.messages, arguments.a_second))
    print(json.dumps(result, indent=2))
    held = result["sockets_held"] == arguments.sockets and result["arrived"] == arguments.messages
    return 0 if held and result["p99_ms"] <= TARGET_P99_MS else 1


if __name__ == "__main__":
    sys.exit(main())
