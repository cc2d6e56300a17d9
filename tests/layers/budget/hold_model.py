"""A small model of a hold's life, for every interleaving of three clients to be explored.

It mirrors migration 0013 step by step: a client looks without a lock, locks the levels in order, checks each, adds,
commits, calls the provider, and settles; or it crashes between any two steps, and the reconciler settles for it.
Nothing here knows PostgreSQL: what it relies on is that a row lock excludes, and that a rollback undoes all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

LEVELS = 2  # an organisation's row and a user's: more levels add nothing but states
LIMITS = (3, 2)
AMOUNTS = (2, 1, 1)  # of the three clients
COSTS = (2, 0, 1)  # what the provider bills them
CRASHES = 2  # at most, in one history


@dataclass(frozen=True)
class Client:
    """`at`: the next step. `spare`: whether it may be repeated once (a lost reply or a duplicate)."""

    at: str = "look"
    hold: str = "none"  # none, held, settled: the committed row
    billed: bool = False
    spare: bool = True
    checked: int = 0  # levels that it has locked and checked


@dataclass(frozen=True)
class State:
    held: tuple[int, ...] = (0,) * LEVELS
    spent: tuple[int, ...] = (0,) * LEVELS
    locks: tuple[int | None, ...] = (None,) * LEVELS
    clients: tuple[Client, ...] = (Client(),) * len(AMOUNTS)
    crashes: int = 0

    def free(self, level: int) -> int:
        return LIMITS[level] - self.held[level] - self.spent[level]


@dataclass(frozen=True)
class Rules:
    """The real ledger, or one with a mistake planted."""

    locks: bool = True  # else: look, then add
    all_or_none: bool = True  # else: each level commits by itself
    settles_once: bool = True  # else: a duplicate settlement frees again
    keeps_unknown: bool = True  # else: the reconciler frees a call that may have been billed


def successors(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    """Every next state, with what happened."""
    for number, client in enumerate(state.clients):
        if client.at == "done":
            continue
        for what, after in _steps(state, number, client, rules):
            yield f"{number}: {what}", after
        if state.crashes < CRASHES and client.at != "reconcile":
            yield f"{number}: crash at {client.at}", _crash(state, number, client, rules)


def _put(state: State, number: int, client: Client, **changes: object) -> State:
    clients = (*state.clients[:number], client, *state.clients[number + 1 :])
    return replace(state, clients=clients, **changes)  # type: ignore[arg-type]


def _unlocked(state: State, number: int) -> tuple[int | None, ...]:
    return tuple(None if holder == number else holder for holder in state.locks)


def _add(sums: tuple[int, ...], amount: int, levels: range = range(LEVELS)) -> tuple[int, ...]:
    return tuple(total + amount if level in levels else total for level, total in enumerate(sums))


def _steps(state: State, number: int, client: Client, rules: Rules) -> Iterator[tuple[str, State]]:
    amount = AMOUNTS[number]
    if client.at == "look":
        if client.hold != "none":  # repeated: the row is there, and nothing is taken again
            yield "is told that it has it", _put(state, number, replace(client, at="call"))
        elif any(state.free(level) < amount for level in range(LEVELS)):
            yield "is refused without a lock", _put(state, number, replace(client, at="done"))
        else:
            yield "sees room", _put(state, number, replace(client, at="lock" if rules.locks else "add", checked=0))
    elif client.at == "lock":
        level = client.checked
        if state.locks[level] is None:  # else it waits
            locks = (*state.locks[:level], number, *state.locks[level + 1 :])
            if state.free(level) < amount:
                undone = _unlocked(replace(state, locks=locks), number)
                yield "is refused at the lock", _put(state, number, replace(client, at="done"), locks=undone)
            else:
                at = "add" if level + 1 == LEVELS else "lock"
                yield "locks", _put(state, number, replace(client, at=at, checked=level + 1), locks=locks)
    elif client.at == "add":  # the update and the commit: until then nobody sees it, so one step
        taken = replace(client, at="call", hold="held")
        levels = range(LEVELS) if rules.all_or_none else range(1)
        done = _put(state, number, taken, held=_add(state.held, amount, levels), locks=_unlocked(state, number))
        yield "commits the hold", done
        if client.spare:
            again = replace(taken, at="look", spare=False)
            yield (
                "commits, and the reply is lost",
                replace(done, clients=(*done.clients[:number], again, *done.clients[number + 1 :])),
            )
    elif client.at == "call":
        yield "calls the provider", _put(state, number, replace(client, at="settle", billed=True))
    elif client.at == "settle":
        yield from _settle(state, number, client, COSTS[number], rules)
    elif client.at == "reconcile":
        cost = amount if client.billed and rules.keeps_unknown else 0  # nobody knows more than the worst case
        yield from _settle(state, number, client, cost, rules)


def _settle(state: State, number: int, client: Client, cost: int, rules: Rules) -> Iterator[tuple[str, State]]:
    if any(holder not in (None, number) for holder in state.locks):
        return  # it waits for the rows
    if client.hold != "held" and rules.settles_once:
        yield "changes nothing", _put(state, number, replace(client, at="done"))
        return
    settled = _put(
        state,
        number,
        replace(client, at="done", hold="settled"),
        held=_add(state.held, -AMOUNTS[number]),
        spent=_add(state.spent, cost),
    )
    yield "settles", settled
    if client.spare:
        again = replace(client, at="settle", hold="settled", spare=False)
        yield "settles, and the reply is lost", _put(settled, number, again)


def _crash(state: State, number: int, client: Client, rules: Rules) -> State:
    """The transaction is undone, its locks are gone; an open hold waits for the reconciler."""
    at = "reconcile" if client.hold == "held" else "done"
    return _put(
        state, number, replace(client, at=at, spare=False), locks=_unlocked(state, number), crashes=state.crashes + 1
    )


def wrong(state: State) -> str | None:
    """What must hold in every state that is committed."""
    for level in range(LEVELS):
        if state.free(level) < 0:
            return f"level {level} is overspent"
        if state.held[level] < 0:
            return f"level {level} holds less than nothing"
        held = sum(AMOUNTS[n] for n, client in enumerate(state.clients) if client.hold == "held")
        if state.held[level] != held:
            return f"level {level} says {state.held[level]} held, the holds say {held}"
        billed = sum(COSTS[n] for n, client in enumerate(state.clients) if client.billed and client.hold == "settled")
        if state.spent[level] < billed:
            return f"level {level} was charged less than the provider billed"
    return None


def wrong_at_the_end(state: State) -> str | None:
    """What must hold when nobody has a step left."""
    if any(client.at != "done" for client in state.clients):
        return "somebody waits for ever"
    if any(state.held):
        return "money is stranded"
    return None


def explore(rules: Rules) -> tuple[int, str | None]:
    """(how many states there are, the first wrong one with the way to it)."""
    seen = {State()}
    stack: list[tuple[State, tuple[str, ...]]] = [(State(), ())]
    while stack:
        state, way = stack.pop()
        found = wrong(state)
        following = list(successors(state, rules))
        if found is None and not [step for step in following if "crash" not in step[0]]:
            found = wrong_at_the_end(state)
        if found:
            return len(seen), f"{found} after {'; '.join(way)}"
        for what, after in following:
            if after not in seen:
                seen.add(after)
                stack.append((after, (*way, what)))
    return len(seen), None
