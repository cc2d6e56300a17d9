"""Whatever cuts runs off and whatever changes meanwhile, the index ends as one whole run leaves it."""

import os

from assistant.identity.caller import Caller
from assistant.search.sources.sync import sync
from assistant.tasks.claim import claim_next
from assistant.tasks.sweep import release_expired
from tests.layers.search.sources.runs import TYPE, connected, indexed, request, run, source_of

RUNS = int(os.environ.get("SYNC_RUNS", "4"))  # ten in the long proof
SHORTEST = 4  # writes of a run with nothing to do: it begins, reads, looks for deletions, has listed


class Killed(BaseException):
    """The sandbox is gone in the middle of it."""


class Fragile:
    """A claim whose sandbox dies at one of the places where it writes."""

    def __init__(self, claim, dies_at):
        self._claim, self._left = claim, dies_at

    task = property(lambda self: self._claim.task)

    def __getattr__(self, name):
        def call(*args, **how):
            self._left -= 1
            if self._left == 0:
                raise Killed
            return getattr(self._claim, name)(*args, **how)

        return call


def run_with_kills(db):
    """Attempts that die at their first write, then the next at its second, until one has none left to die at.

    So no place is left to chance: the run goes on until an attempt is shorter than the place planted in it. How many
    died.
    """
    died = 0
    while True:
        claim = claim_next(db, TYPE)
        try:
            claim.complete(sync(db, Fragile(claim, died + 1), connected=connected))
        except Killed:
            died += 1
            with db.transaction() as work:
                work.run(
                    "UPDATE tasks SET lease_until = now() - interval '1 s', max_attempts = 99 WHERE task_type = :type",
                    type=TYPE,
                )
            release_expired(db)
        else:
            return died


def test_runs_with_kills_end_like_one_whole_run(db, person, admin, world):
    source = source_of(db, admin, world)
    died = []
    for _ in range(RUNS):
        world.server.before = lambda number: world.shake(1) if number % 20 == 0 else None
        request(db, admin, source)
        died.append(run_with_kills(db))
        world.server.before = lambda number: None
        world.shake(3)
    request(db, admin, source)
    died.append(run_with_kills(db))
    other = person(role="admin")
    other = Caller(other.user_id, other.organization_id, "admin", frozenset(), "", other.email)
    request(db, other, source_of(db, other, world), sync_type="full")
    run(db)
    print(f"{world.source_type}: {len(died)} runs, {sum(died)} kills, {len(world.server.requests)} requests")
    assert len(died) == RUNS + 1
    assert min(died) >= SHORTEST, died
    once = indexed(db, other)
    assert indexed(db, admin) == once
    wanted = world.contents()
    assert wanted.keys() <= once.keys()
    assert all(text in once[key]["content"] for key, text in wanted.items())
    print(f"the same {len(once)} documents as one whole run leaves")
    assert len(once.keys() - wanted.keys()) <= 4  # code files, which the world does not list
