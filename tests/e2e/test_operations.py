"""Through the whole local cloud: health by real probes, packed answers, request ids, the metrics' lock, the page."""

import gzip
import json
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def get(cloud):
    def get(path, **headers):
        request = urllib.request.Request(cloud.addresses.api_url + path, headers=headers)  # noqa: S310 - the local cloud
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()

    return get


def test_every_part_answers_its_probe(get):
    status, headers, body = get("/api/v1/health")
    health = json.loads(body)
    assert (status, health["status"]) == (200, "healthy"), health
    assert set(health["components"]) == {"database", "cache", "queues", "notifications"}
    assert headers["x-content-type-options"] == "nosniff"


def test_a_long_answer_comes_packed_and_whole(get):
    _, plain_headers, plain = get("/openapi.json")
    _, headers, packed = get("/openapi.json", **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert len(packed) < len(plain) / 4
    assert gzip.decompress(packed) == plain
    status, _, body = get("/openapi.json", **{"If-None-Match": plain_headers["etag"]})
    assert (status, body) == (304, b"")


def test_the_page_and_the_way_to_it(get):
    status, headers, body = get("/")
    assert status == 200, "urllib follows to /docs"
    assert b"<!doctype html>" in body
    assert "unsafe" not in headers["content-security-policy"]


def test_the_client_s_request_id_comes_back(get):
    _, headers, body = get("/metrics", **{"X-Request-Id": "e2e-request-1"})
    assert headers["x-request-id"] == json.loads(body)["request_id"] == "e2e-request-1"


def test_the_metrics_are_locked(get):
    assert get("/metrics")[0] == 401
    assert get("/metrics", Authorization="Bearer nonsense")[0] == 401
