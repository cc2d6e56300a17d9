"""Valkey, shared by all sandboxes: counters and cached answers, never the truth. Being down is an ordinary answer.

ElastiCache Serverless runs in cluster mode and answers for all slots at one address, so redis-py's plain client is
enough: its cluster client opens a second connection and asks for the table of commands, 32 ms against 1 ms here before
the first answer. Should a server send us elsewhere (MOVED), the cluster client takes over for the sandbox's life.
"""

import hashlib
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from assistant.platform.clock import monotonic
from assistant.platform.config import setting
from assistant.platform.observability import logger
from assistant.platform.sigv4 import presigned

CONNECT_SECONDS = READ_SECONDS = 0.25
REST_SECONDS = 5.0
T = TypeVar("T")


class ValkeyDown(Exception):
    """Valkey gave no answer, or none in time. What to do without it is the caller's choice; nothing is known of it."""


class Valkey:
    """The sandbox's client. This is the one place that decides that Valkey is down: after a failure it is left alone
    for REST_SECONDS, so that its absence costs a sandbox one time-out in that time and not one a request."""

    def __init__(self, cluster: bool = False) -> None:
        self._cluster = cluster
        self._client: Any = None
        self._rest_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether this sandbox has used it, and not found it down a moment ago."""
        return self._client is not None and monotonic() >= self._rest_until

    def ask(self, command: Callable[[Any], T], *, insisting: bool = False) -> T:
        """What `command` does with the client, such as `lambda client: client.get(key)`; raises ValkeyDown.

        A command whose connection broke is sent once more, so it may run twice. `insisting`: also while it is left
        alone, for what must not be left out once it is back, as when other sandboxes already ask it again.
        """
        if monotonic() < self._rest_until and not insisting:
            raise ValkeyDown("resting after a failure")
        from redis import exceptions

        try:
            return self._answer(command, exceptions.MovedError)
        except exceptions.ResponseError as error:  # it is there and refuses, as when its memory is full
            logger.exception("valkey_refused")
            raise ValkeyDown(str(error)) from error
        except (exceptions.RedisError, OSError) as error:
            self._rest_until = monotonic() + REST_SECONDS
            logger.warning("valkey_down", extra={"error": f"{type(error).__name__}: {error}"})
            raise ValkeyDown(str(error)) from error

    def _answer(self, command: Callable[[Any], T], moved: type[Exception]) -> T:
        if self._client is None:
            self._client = connect(cluster=self._cluster)
        try:
            return command(self._client)
        except moved:
            self._cluster = True
            self.close()
            self._client = connect(cluster=True)
            return command(self._client)

    def close(self) -> None:
        """Forget the connection; the next use opens anew."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


class Script:
    """A Lua script, sent by its hash and in full only to a server that does not know it yet.

    Its keys must share one hash tag (`{…}`), because a cluster runs a script on one slot only.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def run(self, client: Any, keys: list[str], *args: str | int | float) -> Any:
        from redis.exceptions import NoScriptError

        try:
            return client.evalsha(self._sha, len(keys), *keys, *args)
        except NoScriptError:
            return client.eval(self.text, len(keys), *keys, *args)


def connect(*, cluster: bool = False) -> Any:
    """A redis-py client as the environment says; it connects on first use. Imported here: redis costs 114 ms."""
    from redis import ConnectionError as Broken
    from redis import Redis, RedisCluster
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    user = setting("CACHE_USER", "")
    options: dict[str, Any] = {
        "host": setting("CACHE_HOST"),
        "port": int(setting("CACHE_PORT", "6379")),
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": READ_SECONDS,
        "credential_provider": _IamCredentials(setting("CACHE_NAME"), user) if user else None,
        "protocol": 2,  # 3 would ask for notices of maintenance, which a serverless cache does not send
        "driver_info": None,  # saves the two round trips that tell the server our library's name
        "retry": Retry(NoBackoff(), 1, supported_errors=(Broken,)),  # at once or not at all; a time-out is not repeated
    }
    if setting("CACHE_TLS", "require") == "require":
        options |= {"ssl": True, "ssl_ca_certs": _certificates(), "ssl_min_version": ssl.TLSVersion.TLSv1_2}
    return RedisCluster(**options) if cluster else Redis(**options)


def iam_token(cache: str, user: str) -> str:
    """The password for `user` at a serverless cache, valid for 15 minutes."""
    return presigned("elasticache", cache, {"Action": "connect", "ResourceType": "ServerlessCache", "User": user})


class _IamCredentials:
    """Signs a token for each new connection; an open one is kept by the server for 12 hours."""

    def __init__(self, cache: str, user: str) -> None:
        self._cache, self._user = cache.lower(), user

    def get_credentials(self) -> tuple[str, str]:
        return self._user, iam_token(self._cache, self._user)


def _certificates() -> str:
    # Amazon's own roots, which sign the cache's certificate as they do the proxy's.
    return setting("CACHE_CA_FILE", "/opt/python/certificates/rds-proxies.pem")


@lru_cache(maxsize=1)
def valkey() -> Valkey:
    """The Valkey of this sandbox."""
    return Valkey()
