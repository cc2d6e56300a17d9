"""Imports point down: functions → adapters → contexts → platform. Each rule returns what is wrong, a line each."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from tests.architecture.source import CORE, Source

ADAPTERS = {"http", "queue", "websocket"}
LEVELS = ("platform", "contexts", "adapters", "functions")  # from the bottom up

# Who may import what is not ours. A longer name is a narrower rule and is looked at first.
CONFINED: Mapping[str, tuple[str, ...]] = {
    "fastapi": ("assistant.http", "functions"),
    "starlette": ("assistant.http", "functions"),
    "mangum": ("assistant.http",),
    "aws_lambda_powertools.utilities.batch": ("assistant.queue",),
    "aws_lambda_powertools.utilities.data_classes.sqs_event": ("assistant.queue",),
    "aws_lambda_powertools": ("assistant.platform",),
    "pg8000": ("assistant.platform",),
    "redis": ("assistant.platform",),
    "valkey": ("assistant.platform",),
    "boto3": ("assistant.platform",),
    "botocore": ("assistant.platform",),
    "urllib3": ("assistant.platform",),
    "jwt": ("assistant.identity",),
    "cryptography": ("assistant.identity",),
    "argon2": ("assistant.identity",),
    "aws_xray_sdk": (),  # 260 ms of a cold start, even when tracing is off
}
SURROUNDINGS: Mapping[str, tuple[str, ...]] = {"local": ("local", "tests"), "tests": ("tests",)}


def within(module: str, package: str) -> bool:
    """Whether the module is the package or in it."""
    return module == package or module.startswith(f"{package}.")


def part_of(module: str) -> str | None:
    """The part of our package: platform, an adapter, a context; None outside of them."""
    steps = module.split(".")
    return steps[1] if steps[0] == "assistant" and len(steps) > 1 else None


def level_of(module: str) -> int | None:
    """The height in LEVELS; None for what is not of the layered code."""
    if within(module, "functions"):
        return LEVELS.index("functions")
    part = part_of(module)
    if part is None:
        return None
    return LEVELS.index("platform" if part == "platform" else "adapters" if part in ADAPTERS else "contexts")


def imports_point_down(sources: Sequence[Source]) -> list[str]:
    """No module imports from a level above its own, no adapter another one, no function another one."""
    found = []
    siblings = {source.stem for source in sources if source.is_function}
    for source in sources:
        here = level_of(source.module)
        for line, target in source.imports():
            # In Lambda a function's folder is on the path, so a sibling could be imported by its bare name.
            there = LEVELS.index("functions") if target.split(".")[0] in siblings else level_of(target)
            if here is None or there is None:
                continue
            place = f"{source.path}:{line} imports {target}"
            if there > here:
                found.append(
                    f"{place}: {LEVELS[here]} must not know {LEVELS[there]}. Pass the value in, or move the code down."
                )
            elif here == there == LEVELS.index("functions"):
                found.append(f"{place}: each function is deployed alone. Move what both need into a context.")
            elif here == there == LEVELS.index("adapters") and part_of(source.module) != part_of(target):
                found.append(f"{place}: adapters do not know each other. Move what both need into a context.")
    return found


def libraries_stay_where_they_belong(sources: Sequence[Source]) -> list[str]:
    """What is not ours is imported in one place only, lazily or not, so that it can be replaced there."""
    return _strays(sources, CONFINED)


def nothing_needs_its_surroundings(sources: Sequence[Source]) -> list[str]:
    """What is deployed does not import the local cloud, and nothing imports the tests."""
    return _strays(sources, SURROUNDINGS)


def _strays(sources: Sequence[Source], homes: Mapping[str, tuple[str, ...]]) -> list[str]:
    found = []
    for source in sources:
        for line, target in source.imports():
            rule = next((name for name in sorted(homes, key=len, reverse=True) if within(target, name)), None)
            if rule and not any(within(source.module, home) for home in homes[rule]):
                where = " and ".join(homes[rule]) or "nowhere"
                found.append(f"{source.path}:{line} imports {target}: only {where} may. Use what is offered there.")
    return found


def context_graph(sources: Iterable[Source]) -> dict[str, set[str]]:
    """The contexts that each context imports."""
    graph: dict[str, set[str]] = {}
    for source in sources:
        here = part_of(source.module)
        if here is None or level_of(source.module) != LEVELS.index("contexts"):
            continue
        graph.setdefault(here, set())
        for _, target in source.imports():
            there = part_of(target)
            if there and there != here and level_of(target) == LEVELS.index("contexts"):
                graph[here].add(there)
    return graph


def order_of_contexts(graph: Mapping[str, set[str]]) -> tuple[list[str], list[str]]:
    """(the contexts from the bottom up, what is wrong): no context is above and below another one."""
    try:
        return list(TopologicalSorter(graph).static_order()), []
    except CycleError as error:
        ring = " → ".join(reversed(error.args[1]))
        return [], [f"contexts import each other in a ring: {ring}. Pass values in, or move what both need below them."]


def all_are_layered(sources: Iterable[Source]) -> list[str]:
    """Everything in the core layer is under assistant/, so that no file escapes the rules."""
    return [
        f"{source.path}: put it under {CORE}assistant/, where the rules of imports hold"
        for source in sources
        if source.path.startswith(CORE) and not within(source.module, "assistant")
    ]
