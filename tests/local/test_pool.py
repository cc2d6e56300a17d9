"""The sandboxes of one function under a spike; the sandboxes are fakes, as what is tested is who gets which."""

import asyncio

import pytest

from local.lambda_host.function import Function, Outcome, failure
from local.lambda_host.pool import Pool
from local.lambda_host.sandbox import Sandbox

FUNCTION = Function("OneFunction", "one", "one.handler", ".")


class FakeSandbox(Sandbox):
    """Answers with its own number once its test lets it."""

    def __init__(self, number, source):
        super().__init__(FUNCTION, source=source, python_path="", log=lambda line: None)
        self.number, self.alive, self.may_end = number, True, asyncio.Event()

    async def invoke(self, event, request_id, trace, seconds):
        await self.may_end.wait()
        return Outcome(str(self.number).encode())


class Starts:
    """Starts that end when the test lets them; counts how many were under way at most."""

    def __init__(self, problem=None):
        self.sandboxes, self.problem, self.source = [], problem, 1
        self.may_end, self.now, self.most = asyncio.Event(), 0, 0

    async def __call__(self, function):
        self.now += 1
        self.most = max(self.most, self.now)
        await self.may_end.wait()
        self.now -= 1
        self.sandboxes.append(FakeSandbox(len(self.sandboxes), self.source))
        return self.sandboxes[-1], self.problem


async def settled():
    """Everything that can go on has gone on: nothing here waits for anything but the test's own events."""
    for _ in range(50):
        await asyncio.sleep(0)


def requests(pool, number, source=1):
    return [asyncio.create_task(pool.run(b"{}", "", "", source)) for _ in range(number)]


def test_a_freed_sandbox_serves_a_request_whose_start_has_no_turn_yet():
    async def scenario():
        starts, turns = Starts(), asyncio.Semaphore(1)
        pool = Pool(FUNCTION, starts, 4, turns)
        starts.may_end.set()
        first = requests(pool, 1)
        await settled()
        await turns.acquire()  # every core starts something else
        second = requests(pool, 1)
        await settled()
        starts.sandboxes[0].may_end.set()
        assert [(await one).payload for one in first + second] == [b"0", b"0"]
        turns.release()
        await settled()
        assert (pool.cold_starts, len(pool.idle), pool.invocations) == (1, 1, 2)

    asyncio.run(scenario())


def test_a_spike_starts_no_more_at_once_than_there_are_turns():
    async def scenario():
        starts = Starts()
        pool = Pool(FUNCTION, starts, 8, asyncio.Semaphore(2))
        spike = requests(pool, 6)
        await settled()
        assert (starts.now, pool.cold_starts) == (2, 2)
        starts.may_end.set()
        await settled()
        for sandbox in starts.sandboxes:
            sandbox.may_end.set()
        await asyncio.gather(*spike)
        assert starts.most == 2

    asyncio.run(scenario())


def test_a_failed_start_is_told_to_its_request_and_the_next_gets_one_of_its_own():
    async def scenario():
        starts = Starts(failure("Runtime.ImportModuleError", "No module named 'one'"))
        starts.may_end.set()
        pool = Pool(FUNCTION, starts, 4, asyncio.Semaphore(1))
        refused = await requests(pool, 1)[0]
        assert b"No module named" in refused.payload
        starts.problem = None
        waiting = requests(pool, 1)
        await settled()
        starts.sandboxes[1].may_end.set()
        assert (await waiting[0]).payload == b"1"
        assert (pool.cold_starts, pool.errors) == (2, 1)

    asyncio.run(scenario())


def test_a_sandbox_of_an_older_source_is_not_handed_over():
    async def scenario():
        starts, turns = Starts(), asyncio.Semaphore(1)
        starts.may_end.set()
        pool = Pool(FUNCTION, starts, 4, turns)
        before = requests(pool, 1)
        await settled()
        await turns.acquire()
        starts.source = 2
        after = requests(pool, 1, source=2)
        starts.sandboxes[0].may_end.set()
        await before[0]
        await settled()
        assert not after[0].done()
        turns.release()
        await settled()
        starts.sandboxes[1].may_end.set()
        assert (await after[0]).payload == b"1"
        assert not starts.sandboxes[0].alive

    asyncio.run(scenario())


@pytest.mark.parametrize("answered", [False, True])
def test_a_request_that_gave_up_keeps_no_sandbox(answered):
    async def scenario():
        starts, turns = Starts(), asyncio.Semaphore(1)
        starts.may_end.set()
        pool = Pool(FUNCTION, starts, 4, turns)
        await turns.acquire()
        gone = requests(pool, 1)[0]
        await settled()
        if answered:  # the start's end and the caller's end come in the same turn of the loop
            pool._hand_over(FakeSandbox(7, 1))
        gone.cancel()
        turns.release()
        await settled()
        assert gone.cancelled()
        assert len(pool.idle) == 1

    asyncio.run(scenario())
