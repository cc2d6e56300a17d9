"""How often a caller may ask. Counted in Valkey, by all sandboxes together, over a window that slides."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from assistant.platform.config import setting
from assistant.platform.valkey import Script, ValkeyDown, valkey


@dataclass(frozen=True, slots=True)
class Limit:
    """`quota` requests in any `window` seconds. `per_endpoint`: each function counts for itself, because a page of the
    console asks several at once; what costs money or work is counted together. `closed`: refuses when Valkey is down.
    """

    name: str
    quota: int
    window: int = 60
    per_endpoint: bool = False
    closed: bool = False


BASIC = Limit("basic", 30, per_endpoint=True)
SEARCH = Limit("search", 20)
DOCUMENTATION = Limit("documentation", 15)
LLM = Limit("llm", 10)
LOG_IN = Limit("login", 5)
REGISTER = Limit("register", 3, window=300, closed=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands after a request. `reset`: whole seconds until the next place becomes free."""

    limit: Limit
    quota: int
    allowed: bool
    remaining: int
    reset: int


# A list of the instants of the last `quota` admitted requests, newest first. One of them that is older than the window
# makes room. Refused requests are not noted, so who waits as told is let in.
TAKE = Script("""
local quota, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken = redis.call('LRANGE', KEYS[1], 0, quota - 1)
local count = #taken
while count > 0 and now - tonumber(taken[count]) >= window do count = count - 1 end
if count >= quota then return {0, 0, window - (now - tonumber(taken[count]))} end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, quota - 1)
redis.call('PEXPIRE', KEYS[1], window)
return {1, quota - count - 1, window - (now - tonumber(taken[count] or now))}
""")


def take(limit: Limit, subject: str) -> Standing | None:
    """Take one of the subject's places in the window; one round trip. None when Valkey is down: nothing was counted."""
    quota = quota_of(limit)
    key = f"{{limit:{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}}}"
    try:
        allowed, remaining, wait = valkey().ask(lambda client: TAKE.run(client, [key], quota, limit.window * 1000))
    except ValkeyDown:
        return None
    return Standing(limit, quota, bool(allowed), remaining, max(1, ceil(wait / 1000)))


def quota_of(limit: Limit) -> int:
    """The quota that RATE_LIMITS (`basic=300,llm=50`) sets, else the limit's own."""
    return _quotas(setting("RATE_LIMITS", "")).get(limit.name, limit.quota)


@lru_cache(maxsize=4)
def _quotas(text: str) -> dict[str, int]:
    quotas = {}
    for part in filter(None, text.split(",")):
        name, _, number = part.partition("=")
        quotas[name.strip()] = int(number)
    return quotas
