"""The guard of outbound requests: which addresses may be connected to, and what goes along on a redirect."""

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from assistant.platform.outbound import (
    AnswerTooLarge,
    Guard,
    GuardedSession,
    OutboundRefused,
    SourceBusy,
    is_public,
    retry_after,
)
from tests.servers.api import Answer, ApiServer, broken, busy


class Plain(ApiServer):
    """Answers everybody the same."""

    def is_signed_in(self, request):
        return True

    def answer(self, request):
        return Answer(body={"path": request.path, "signed": request.headers.get("Authorization")})


@pytest.fixture
def server():
    made = Plain()
    yield made
    made.stop()


def guard_to(address, *allowed):
    """Every name leads to this address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return Guard(frozenset(allowed), lambda host, port: [(family, (address, port))])


@pytest.fixture
def session():
    return GuardedSession(Guard(frozenset({"127.0.0.1"})), sleep=lambda seconds: None)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104 - refused, not bound
     "255.255.255.255", "::1", "fc00::1", "fe80::1", "fd00:ec2::254", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
     "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1"],
)  # fmt: skip
def test_private_and_special_addresses_are_not_connected_to(address):
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(OutboundRefused, match="private network"):
        guard_to(address).places("wiki.example.com", 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are(address):
    assert guard_to(address).places("wiki.example.com", 443)[0][1] == (address, 443)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example", "file:///etc/passwd", "gopher://a", "http://a.example", "https://ann:pw@a.example", "https://",
     "//a.example", "javascript:x"],
)  # fmt: skip
def test_what_its_text_refuses(url):
    with pytest.raises(OutboundRefused):
        Guard(frozenset()).check_url(url)


def test_a_name_can_be_allowed_but_metadata_never():
    assert guard_to("10.0.0.7", "wiki.internal").places("WIKI.internal", 80)
    for address in ("169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"):
        with pytest.raises(OutboundRefused):
            guard_to(address, "wiki.internal").places("wiki.internal", 80)


def test_a_name_that_leads_to_both_is_refused_whole():
    places = [(socket.AF_INET, ("93.184.216.34", 443)), (socket.AF_INET, ("127.0.0.1", 443))]
    with pytest.raises(OutboundRefused):
        Guard(frozenset(), lambda host, port: places).places("both.example", 443)


def test_a_redirect_is_checked_and_loses_what_signs_in(session, server):
    other = Plain()
    try:
        server.plan = [Answer(302, b"", (("Location", f"{other.url}/there"),))]
        headers = {"Authorization": "secret", "Private-Token": "secret"}
        answer = session.get(f"{server.url}/here", headers=headers)
        assert answer.json() == {"path": "/there", "signed": None}
        assert other.requests[0].headers.get("Private-Token") is None
        assert server.requests[0].headers.get("Private-Token") == "secret"
    finally:
        other.stop()
    server.plan = [Answer(302, b"", (("Location", "http://localhost:1/"),))]
    with pytest.raises(OutboundRefused):
        session.get(server.url)


def test_faults_are_tried_again_but_not_for_ever(session, server):
    server.plan = [broken(), busy(), broken(500)]
    assert session.get(server.url).status_code == 200
    server.plan = [broken()] * 4
    assert session.get(server.url).status_code == 503
    server.plan = [broken()]
    assert session.post(server.url).status_code in (501, 503), "what may not be repeated is not"
    server.plan = [busy(21)]
    with pytest.raises(SourceBusy):
        session.get(server.url)


def test_an_answer_that_is_too_large(server):
    session = GuardedSession(Guard(frozenset({"127.0.0.1"})), most_bytes=100)
    server.plan = [Answer(200, b"x" * 101)]
    with pytest.raises(AnswerTooLarge):
        session.get(server.url)


def test_nobody_there(session):
    with pytest.raises(requests.ConnectionError):
        session.get("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({}, None, None),
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": "soon"}, None, None),
        ({"Retry-After": timedelta(seconds=600)}, 500, 600),
        ({"Retry-After": timedelta(seconds=-60)}, 0, 0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, 1, 1),
        ({"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1"}, None, None),
    ],
)
def test_how_long_to_wait(headers, least, most):
    if isinstance(after := headers.get("Retry-After"), timedelta):
        headers = {"Retry-After": format_datetime(datetime.now(UTC) + after, usegmt=True)}
    asked = retry_after(headers)
    assert asked is None if least is None else least <= asked <= most
