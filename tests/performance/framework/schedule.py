"""When each request is meant to be sent, decided before the first one is: an open model.

People do not wait for each other. A server that stands still for a second is met by all who wanted it in that second,
and every one of them waits from the moment they meant to ask.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.performance.framework.mix import Operation


@dataclass(frozen=True)
class Stage:
    """A part of a run: `users` make a request every `1 / pace` seconds each, at random."""

    name: str
    seconds: float
    users: int = 0
    sockets: int = 0
    tasks_per_minute: int = 0
    memory: bool = False
    """Whether memory must stay flat in it."""


@dataclass(frozen=True)
class Arrival:
    """Seconds after the stage's start, what is asked, and which of the users asks."""

    at: float
    operation: str
    user: int


def arrivals(stage: Stage, mix: dict[str, Operation], pace: float, seed: int) -> list[Arrival]:
    """Poisson arrivals over the mix, each operation at least once, and a steady stream of tasks."""
    rng = np.random.default_rng(seed)
    names = list(mix)
    shares = np.array([mix[name].share for name in names], dtype=float)
    expected = stage.users * pace * stage.seconds
    number = int(rng.poisson(expected)) if expected else 0
    times = np.sort(rng.uniform(0, stage.seconds, number))
    asked = rng.choice(len(names), number, p=shares / shares.sum()) if number else np.zeros(0, dtype=int)
    if number >= 4 * len(names):
        for index in set(range(len(names))) - set(asked.tolist()):
            common = int(np.bincount(asked, minlength=len(names)).argmax())
            asked[rng.choice(np.flatnonzero(asked == common))] = index
    who = rng.integers(0, max(1, stage.users), number)
    found = [Arrival(float(at), names[what], int(user)) for at, what, user in zip(times, asked, who, strict=True)]
    return sorted([*found, *_tasks(stage)], key=lambda arrival: arrival.at)


def _tasks(stage: Stage) -> Iterator[Arrival]:
    every = 60 / stage.tasks_per_minute if stage.tasks_per_minute else 0
    for number in range(int(stage.seconds / every) if every else 0):
        yield Arrival(number * every, "submit_task", number % max(1, stage.users))
