"""Which providers a call goes to, and in which order: the six strategies."""

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from assistant.llm.configuration import configured
from assistant.llm.fleet import Fleet
from assistant.llm.measured import Measured, measured
from assistant.llm.port import CompletionRequest, Provider
from assistant.llm.prices import Dearest, Price, UnpricedModel, prices_of, required_price
from assistant.llm.settings import routing_strategy
from assistant.llm.tokens import input_tokens_upper_bound
from assistant.platform.config import MissingSetting
from assistant.platform.db import UnitOfWork
from assistant.platform.valkey import ValkeyDown, valkey

Strategy = Literal["priority", "cost_optimized", "quality_optimized", "balanced", "round_robin", "ab_test"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
DESCRIPTIONS: Mapping[Strategy, str] = {
    "priority": "In the order of the configuration; the next one only when the one before cannot answer.",
    "cost_optimized": "The lowest worst case of this very prompt first.",
    "quality_optimized": "The highest share of calls that succeeded in the last 7 days first.",
    "balanced": "The best mean of reliability, price and speed, each measured against the best of all, first.",
    "round_robin": "Each in turn, over all sandboxes.",
    "ab_test": "Always the same one for the same user; users are split by the configured weights.",
}
MOST_TRIED = 3


@dataclass(frozen=True)
class Candidate:
    """A provider that may answer a call, with its price and what the call can cost there, in micro-dollars."""

    provider: Provider
    price: Price
    worst_case: int


@dataclass(frozen=True)
class Plan:
    """The candidates in the order in which they are tried, three at most."""

    strategy: str
    candidates: tuple[Candidate, ...]

    @property
    def reserve(self) -> int:
        """What to hold: the dearest candidate, so that a failover never needs more."""
        return max(candidate.worst_case for candidate in self.candidates)

    def of(self, provider: Provider) -> Candidate:
        return next(candidate for candidate in self.candidates if candidate.provider is provider)


def dearest(work: UnitOfWork, organization_id: str | None, models: Sequence[tuple[str, str]] | None = None) -> Dearest:
    """The prices to hold by before it is known who answers: of every configured provider (or of these `models`), since
    the strategy may change before the call. Raises UnpricedModel when none has a price."""
    models = models or [(one.name, one.model) for one in configured()]
    found = prices_of(work, organization_id, models)
    if not found:
        required_price(work, *models[0], organization_id)
    return Dearest(tuple(found.values()))


def plan(work: UnitOfWork, organization_id: str, user_id: str, fleet: Fleet, request: CompletionRequest) -> Plan:
    """The plan of a call. Providers without a price are left out; UnpricedModel when none is left."""
    bound = input_tokens_upper_bound(request.messages, request.json_schema)
    prices = prices_of(work, organization_id, [(one.name, one.model) for one in fleet.providers])
    candidates, weights = [], []
    for provider, weight in zip(fleet.providers, fleet.weights, strict=True):
        if price := prices.get((provider.name, provider.model)):
            candidates.append(Candidate(provider, price, price.worst_case(bound, request.max_tokens)))
            weights.append(weight)
    if not candidates:
        first = fleet.providers[0]
        required_price(work, first.name, first.model, organization_id)
        raise UnpricedModel("No provider of this deployment has a price.")
    strategy = routing_strategy(work, organization_id)
    if len(candidates) > 1:
        facts = _facts(strategy, work, organization_id)
        candidates = order(strategy, candidates, user_id, facts, weights)
    return Plan(strategy, tuple(candidates[:MOST_TRIED]))


def _facts(strategy: Strategy, work: UnitOfWork, organization_id: str) -> Mapping[str, Measured]:
    return measured(work, organization_id) if strategy in ("quality_optimized", "balanced") else {}


def order(
    strategy: Strategy,
    candidates: Sequence[Candidate],
    user_id: str,
    facts: Mapping[str, Measured],
    weights: Sequence[int],
) -> list[Candidate]:
    """The candidates, the one to be tried first in front; ties keep the order of the configuration."""
    if strategy == "cost_optimized":
        return sorted(candidates, key=lambda one: one.worst_case)
    if strategy == "quality_optimized":
        return sorted(candidates, key=lambda one: -_success(facts, one))
    if strategy == "balanced":
        return sorted(candidates, key=_balance(candidates, facts))
    if strategy == "round_robin":
        return _from(candidates, _turn(len(candidates)))
    if strategy == "ab_test":
        return _from(candidates, _share(user_id, weights))
    return list(candidates)


def _from(candidates: Sequence[Candidate], first: int) -> list[Candidate]:
    return [*candidates[first:], *candidates[:first]]


def _success(facts: Mapping[str, Measured], candidate: Candidate) -> float:
    """The measured share, drawn towards a half while there are few calls; a half when there is none."""
    return facts[candidate.provider.id].reliability if candidate.provider.id in facts else 0.5


def _balance(candidates: Sequence[Candidate], facts: Mapping[str, Measured]) -> Callable[[Candidate], float]:
    cheapest = min(one.worst_case for one in candidates)
    speeds = {one.provider.id: facts[one.provider.id].tokens_per_second for one in candidates
              if one.provider.id in facts}  # fmt: skip
    fastest = max((speed for speed in speeds.values() if speed), default=None)

    def mark(one: Candidate) -> float:
        price = cheapest / one.worst_case if one.worst_case else 1.0
        speed = speeds.get(one.provider.id)
        quick = speed / fastest if speed and fastest else 0.5
        return -(_success(facts, one) + price + quick) / 3

    return mark


def _turn(size: int) -> int:
    """Whose turn it is, counted by all sandboxes; by lot while Valkey is down."""
    try:
        turn: int = valkey().ask(lambda client: client.incr("{llm-turn}"))
    except (ValkeyDown, MissingSetting):
        return random.randrange(size)  # noqa: S311 - no secret
    return (turn - 1) % size


def _share(user_id: str, weights: Sequence[int]) -> int:
    """The index that a user falls to: the same for ever, in every sandbox, as long as the weights stay."""
    point = int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:8]) % sum(weights)
    for index, weight in enumerate(weights):
        if point < weight:
            return index
        point -= weight
    raise AssertionError("unreachable")
