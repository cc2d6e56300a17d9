"""What a run goes through: `quick` says in two minutes whether something broke, `full` is the report, `long` soaks."""

from dataclasses import dataclass, replace

from tests.performance.framework.schedule import Stage

SLICE = 600.0
"""A soak is run in slices, so that tokens of half an hour are renewed between them."""


@dataclass(frozen=True)
class Profile:
    name: str
    people: int
    stages: tuple[Stage, ...]
    stress_from: int
    """Users of the first stress step; each next has a third more, until it breaks."""
    stress_seconds: float
    stress_steps: int
    alone: int
    """How often each operation is asked alone, to count its statements."""


def soak(users: int, seconds: float) -> tuple[Stage, ...]:
    number = max(1, round(seconds / SLICE))
    return tuple(
        Stage(
            f"soak {users} users, part {part + 1} of {number}",
            seconds / number,
            users,
            tasks_per_minute=60,
            memory=True,
        )
        for part in range(number)
    )


QUICK = Profile(
    "quick",
    people=10,
    stages=(
        Stage("steady 1 user", 10, 1),
        Stage("steady 20 users", 20, 20, tasks_per_minute=60),
        Stage("spike 60 users", 6, 60),
        Stage("after the spike", 8, 20),
        Stage("50 sockets, 10 users", 10, 10, sockets=50, tasks_per_minute=60),
    ),
    stress_from=80,
    stress_seconds=5,
    stress_steps=3,
    alone=3,
)

_STEPS = (
    Stage("steady 1 user", 20, 1),
    Stage("steady 10 users", 30, 10, tasks_per_minute=60),
    Stage("steady 50 users", 40, 50, tasks_per_minute=60),
    Stage("steady 100 users", 90, 100, tasks_per_minute=60),
    Stage("spike 200 users", 10, 200, tasks_per_minute=60),
    Stage("after the spike", 20, 100, tasks_per_minute=60),
    Stage("200 sockets, 20 users", 40, 20, sockets=200, tasks_per_minute=60),
    Stage("1,000 sockets, 20 users", 60, 20, sockets=1000, tasks_per_minute=60),
)

FULL = Profile(
    "full",
    people=100,
    stages=(*_STEPS, *soak(20, 180)),
    stress_from=120,
    stress_seconds=10,
    stress_steps=8,
    alone=3,
)

LONG = replace(FULL, name="long", stages=(*_STEPS, *soak(50, 3600)))
"""With an hour in which memory must stay flat."""

PROFILES = {profile.name: profile for profile in (QUICK, FULL, LONG)}
