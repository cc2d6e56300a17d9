"""The circuit breaker: a provider that keeps failing is left alone by all sandboxes, and tried again by one."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from assistant.llm.port import ProviderError, ProviderRejected
from assistant.platform.clock import monotonic
from assistant.platform.config import MissingSetting
from assistant.platform.observability import logger
from assistant.platform.valkey import Script, ValkeyDown, valkey

FAILURES = 5  # without a success between them
WINDOW_SECONDS = 60.0
REST_SECONDS = 15.0
PROBE_SECONDS = 75.0  # longer than a provider may be silent: a probe that died is replaced after it
TRIPPED_SECONDS = 3600.0
CLEAN = -1

# Keys: failures, open, tripped, probe. Answers the milliseconds to wait; 0 to go on, -1 to go on with nothing to clear.
ALLOW = Script("""
local rest = redis.call('PTTL', KEYS[2])
if rest > 0 then return rest end
if redis.call('EXISTS', KEYS[3]) == 1 then
  if redis.call('SET', KEYS[4], '1', 'NX', 'PX', ARGV[1]) then return 0 end
  return math.max(redis.call('PTTL', KEYS[4]), 1)
end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
return -1
""")
FAILED = Script("""
local opens = redis.call('EXISTS', KEYS[3]) == 1
if not opens then
  local failures = redis.call('INCR', KEYS[1])
  if failures == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  opens = failures >= tonumber(ARGV[1])
end
if opens then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
  redis.call('SET', KEYS[3], '1', 'PX', ARGV[4])
  redis.call('DEL', KEYS[1], KEYS[4])
  return 1
end
return 0
""")


class Circuit(Protocol):
    """Asked before each call and told after it."""

    def wait(self, provider_id: str) -> float:
        """Seconds to leave the provider alone; 0 means go on, which after a rest one sandbox alone may do."""
        ...

    def failed(self, provider_id: str) -> None: ...

    def succeeded(self, provider_id: str) -> None: ...


def counts(error: ProviderError) -> bool:
    """Whether an error speaks against the provider. A call that it refuses speaks against the call."""
    return not isinstance(error, ProviderRejected)


@dataclass
class _State:
    failures: int = 0
    first_failure: float = 0.0
    open_until: float = 0.0
    tripped: bool = False
    probe_until: float = 0.0


class SandboxCircuit:
    """The breaker of one sandbox, for the time in which Valkey does not answer."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}

    def wait(self, provider_id: str) -> float:
        """See Circuit.wait."""
        state, now = self._states.setdefault(provider_id, _State()), monotonic()
        if now < state.open_until:
            return state.open_until - now
        if state.tripped:
            if now < state.probe_until:
                return state.probe_until - now
            state.probe_until = now + PROBE_SECONDS
        return 0.0

    def failed(self, provider_id: str) -> None:
        """Count a failure."""
        state, now = self._states.setdefault(provider_id, _State()), monotonic()
        if not state.failures or now - state.first_failure > WINDOW_SECONDS:
            state.failures, state.first_failure = 0, now
        state.failures += 1
        if state.tripped or state.failures >= FAILURES:
            state.tripped, state.open_until, state.probe_until = True, now + REST_SECONDS, 0.0
            state.failures = 0

    def succeeded(self, provider_id: str) -> None:
        """Close it."""
        self._states.pop(provider_id, None)


class SharedCircuit:
    """The breaker of all sandboxes, kept in Valkey; each sandbox's own while Valkey is down."""

    def __init__(self) -> None:
        self._own = SandboxCircuit()
        self._clean: set[str] = set()

    def wait(self, provider_id: str) -> float:
        """See Circuit.wait."""
        try:
            rest: int = valkey().ask(lambda client: ALLOW.run(client, _keys(provider_id), round(PROBE_SECONDS * 1000)))
        except (ValkeyDown, MissingSetting):
            return self._own.wait(provider_id)
        if rest == CLEAN:
            self._clean.add(provider_id)
        else:
            self._clean.discard(provider_id)
        return max(rest, 0) / 1000

    def failed(self, provider_id: str) -> None:
        """Count a failure, here and for all: Valkey may be gone the next time."""
        self._own.failed(provider_id)
        limits = (FAILURES, *(round(seconds * 1000) for seconds in (WINDOW_SECONDS, REST_SECONDS, TRIPPED_SECONDS)))
        try:
            opened = valkey().ask(lambda client: FAILED.run(client, _keys(provider_id), *limits))
        except (ValkeyDown, MissingSetting):
            return
        if opened:
            logger.warning("circuit_open", extra={"provider_id": provider_id, "seconds": REST_SECONDS})

    def succeeded(self, provider_id: str) -> None:
        """Close it, which in the ordinary case takes no round trip."""
        self._own.succeeded(provider_id)
        if provider_id in self._clean:
            return
        try:
            valkey().ask(lambda client: client.delete(*_keys(provider_id)))
        except (ValkeyDown, MissingSetting):
            return


def state_of(provider_id: str) -> str:
    """closed, open, or half_open, as all sandboxes see it; unknown while Valkey is down. Changes nothing."""
    keys = _keys(provider_id)
    try:
        is_open, tripped = valkey().ask(lambda client: client.mget(keys[1], keys[2]))
    except (ValkeyDown, MissingSetting):
        return "unknown"
    return "open" if is_open else "half_open" if tripped else "closed"


def _keys(provider_id: str) -> list[str]:
    return [f"{{llm-circuit:{provider_id}}}:{part}" for part in ("failures", "open", "tripped", "probe")]


@cache
def circuit() -> SharedCircuit:
    """The breaker of this sandbox."""
    return SharedCircuit()
