"""HTTP to addresses that a customer names: checked when connecting, so that no name leads into our own network.

A host is resolved once, every address it has is checked, and the connection goes to a checked address; TLS still
verifies the name. A redirect is a request of its own and passes the same check, without what signs the caller in when
it leads to another host. Refused are private, loopback, link-local and otherwise special addresses, and plain HTTP.
OUTBOUND_ALLOWED_HOSTS (names, comma separated) is what a deployment allows in spite of that; the addresses of cloud
metadata are refused always.

Imported by connectors only, since `requests` is in the layer of the sources.
"""

import ipaddress
import random
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from assistant.platform.config import setting
from assistant.platform.errors import AssistantError, Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[tuple[int, tuple[Any, ...]]]]  # (family, socket address) of a host and port

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5.0, 30.0, 120.0
MOST_BYTES = 50_000_000  # of one answer, unpacked
TRIES, FIRST_PAUSE, LONGEST_PAUSE = 4, 0.5, 20.0
BUSY = frozenset({429, 500, 502, 503, 504})
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED_IN = ("Authorization", "Private-Token", "Job-Token", "Cookie", "X-Api-Key")
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class OutboundRefused(Invalid):
    """The address leads where functions must not connect."""

    code, title = "address_refused", "This address is not allowed"


class AnswerTooLarge(AssistantError):
    status, code, title = 502, "answer_too_large", "The source sent more than fits"


class SourceBusy(AssistantError):
    """The other side asks to wait longer than a request may. `retry_after`: seconds."""

    retryable = True
    status, code, title = 503, "source_busy", "The source asks to wait"

    def __init__(self, detail: str, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def allowed_hosts() -> frozenset[str]:
    """The names that this deployment lets functions connect to, wherever they lead."""
    return frozenset(filter(None, map(str.strip, setting("OUTBOUND_ALLOWED_HOSTS", ",").lower().split(","))))


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's, also behind what wraps an IPv4 address into IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_metadata(address: Address) -> bool:
    """Whether the address is one that tells a machine its own credentials."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (inner or address).is_link_local or str(address) == "fd00:ec2::254"


def resolved(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    """What the system's resolver says."""
    return [(family, place) for family, *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Guard:
    """What may be connected to. `resolve` is replaced in tests."""

    def __init__(self, allowed: frozenset[str] | None = None, resolve: Resolve = resolved) -> None:
        self.allowed = allowed_hosts() if allowed is None else allowed
        self.resolve = resolve

    def check_url(self, url: str) -> None:
        """Raise OutboundRefused for what can be refused by its text: other schemes, credentials, plain HTTP."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host:
            raise OutboundRefused("The address must begin with https:// and name a host.")
        if parts.username or parts.password:
            raise OutboundRefused("The address must not hold a user or a password; they belong into the secret.")
        if parts.scheme == "http" and host not in self.allowed:
            raise OutboundRefused(f"{host} must be reached by https, unless the deployment allows it by name.")

    def places(self, host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
        """Where to connect for a host: resolved now, all checked. Raises OutboundRefused."""
        found = self.resolve(host, port)
        for _, place in found:
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            if is_metadata(address) or not (is_public(address) or host.lower() in self.allowed):
                raise OutboundRefused(
                    f"{host} leads to an address inside a private network. An operator can allow the name for this "
                    "deployment (OutboundAllowedHosts)."
                )
        return found


class _Connecting:
    """Opens the socket to a checked address; mixed into urllib3's connections."""

    guard: Guard

    def _new_conn(self) -> socket.socket:
        host, port = self._dns_host, self.port  # type: ignore[attr-defined]
        try:
            places = self.guard.places(host, port)
        except OSError as error:
            raise NewConnectionError(self, f"{host} has no address") from error  # type: ignore[arg-type]
        failure: OSError | None = None
        for family, place in places:
            opened = socket.socket(family, socket.SOCK_STREAM)
            try:
                opened.settimeout(CONNECT_SECONDS)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                opened.connect(place)
            except OSError as error:
                opened.close()
                failure = error
            else:
                return opened
        raise NewConnectionError(self, f"{host} does not answer: {failure}") from failure  # type: ignore[arg-type]


class _PlainConnection(_Connecting, HTTPConnection):
    pass


class _TlsConnection(_Connecting, HTTPSConnection):
    pass


class GuardedAdapter(HTTPAdapter):
    """Sends through the guard, reads no more than fits, and waits when the other side asks to."""

    def __init__(
        self, guard: Guard, *, most_bytes: int = MOST_BYTES, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._guard, self._most_bytes, self._sleep = guard, most_bytes, sleep
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        plain = type("Plain", (_PlainConnection,), {"guard": self._guard})
        tls = type("Tls", (_TlsConnection,), {"guard": self._guard})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As HTTPAdapter.send; tries again what may be repeated, a few times and not for long."""
        self._guard.check_url(request.url or "")
        kwargs |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "stream": True, "proxies": {}}
        for attempt in range(TRIES):
            last = attempt == TRIES - 1 or request.method not in IDEMPOTENT
            try:
                response = super().send(request, *args, **kwargs)
                if response.status_code in BUSY and not last:
                    pause = self._pause(response.headers, attempt)
                    response.close()
                else:
                    return self._read(response)
            except (requests.ConnectionError, requests.Timeout):
                if last:
                    raise
                pause = self._pause({}, attempt)
            self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _pause(self, headers: Mapping[str, str], attempt: int) -> float:
        asked = retry_after(headers)
        if asked is not None and asked > LONGEST_PAUSE:
            raise SourceBusy(f"The source asks to wait {asked:.0f} seconds.", asked)
        if asked is not None:
            return asked
        return float(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret

    def _read(self, response: requests.Response) -> requests.Response:
        body, until = bytearray(), time.monotonic() + WHOLE_SECONDS
        for piece in response.iter_content(65_536):
            body += piece
            if len(body) > self._most_bytes:
                response.close()
                raise AnswerTooLarge(f"An answer of the source has more than {self._most_bytes / 1e6:g} MB.")
            if time.monotonic() > until:
                response.close()
                raise requests.Timeout("The answer trickles in.")
        response._content = bytes(body)  # so that whoever streams reads from here
        response._content_consumed = True
        return response


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: Retry-After as seconds or a date, or GitHub's moment at which a spent limit is reset."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    if value:
        try:
            return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            return None
    reset = headers.get("X-RateLimit-Reset", "")
    if headers.get("X-RateLimit-Remaining") == "0" and reset.isdecimal():
        return max(1.0, float(reset) - time.time())
    return None


class GuardedSession(requests.Session):
    """A session that takes nothing from its surroundings and signs in nowhere but where it was told to."""

    def __init__(self, guard: Guard | None = None, **how: Any) -> None:
        super().__init__()
        self.trust_env = False  # no proxy, no .netrc
        self.max_redirects = 5
        adapter = GuardedAdapter(guard or Guard(), **how)
        for scheme in ("http://", "https://"):
            self.mount(scheme, adapter)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """On a redirect to another host, forget every header that signs in, not only the one that requests knows."""
        here, there = urlsplit(response.request.url or ""), urlsplit(prepared_request.url or "")
        if (here.scheme, here.hostname, here.port) != (there.scheme, there.hostname, there.port):
            for name in SIGNED_IN:
                prepared_request.headers.pop(name, None)
