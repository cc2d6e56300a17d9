"""GET /metrics: for the scrape token and for administrators, in a format that Prometheus reads."""

import re

import pytest

from assistant.http import scraping
from assistant.platform.cache import Cache
from assistant.platform.traffic import traffic
from assistant.platform.valkey import Valkey
from functions.system import get_metrics

TOKEN = "scrape-0123456789abcdef"
SAMPLE = re.compile(r'^[a-z_:]+(\{([a-z_]+="(\\.|[^"\\])*",?)*\})? [-+0-9.e]+$')


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setattr(scraping, "secret", lambda name: TOKEN)


def scrape(plain, token):
    return plain(get_metrics, "/metrics", authorization=f"Bearer {token}")


def test_an_anonymous_caller_is_refused(plain):
    answer = plain(get_metrics, "/metrics")
    assert (answer.status, answer.json()["reason"]) == (401, "missing")


@pytest.mark.parametrize("wrong", ["", "x", TOKEN + "x", TOKEN[:-1], "é"])
def test_a_wrong_token_is_refused(plain, wrong):
    assert scrape(plain, wrong).status == 401


def test_an_empty_secret_lets_nobody_in(plain, monkeypatch):
    monkeypatch.setattr(scraping, "secret", lambda name: "")
    assert scrape(plain, "").status == 401


def test_a_user_is_refused_and_an_administrator_is_not(plain, person, signed_in, db):
    admin = person(role="admin")
    with db.transaction() as work:
        work.run("UPDATE users SET scopes = '{admin,basic}' WHERE user_id = CAST(:user AS uuid)", user=admin.user_id)
    user_token, _ = signed_in(person())
    admin_token, _ = signed_in(admin)
    assert scrape(plain, user_token).status == 403
    assert scrape(plain, admin_token).status == 200


def test_every_line_is_prometheus_and_every_family_is_described(plain, call, person):
    someone = person()
    call("budget.get_budget_status", someone)
    call("budget.get_budget_status", someone)
    traffic().send()
    answer = scrape(plain, TOKEN)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    described = set()
    for line in answer.text.splitlines():
        if line.startswith("#"):
            described.add(line.split()[2])
        else:
            assert SAMPLE.match(line), line
            name = line.partition("{")[0].partition(" ")[0]
            assert re.sub("_(bucket|sum|count)$", "", name) in described, line
    assert answer.text.endswith("\n")


def test_the_counts_are_those_of_the_requests(plain, call, person):
    traffic().send()

    def value(line):
        found = [
            float(one.rpartition(" ")[2]) for one in scrape(plain, TOKEN).text.splitlines() if one.startswith(line)
        ]
        return found[0] if found else 0.0

    route = 'route="GET /api/v1/budget/status"'
    counted = f'assistant_http_requests_total{{{route},outcome="answered"}}'
    histogram = f'assistant_http_request_duration_seconds_bucket{{{route},le="+Inf"}}'
    before = value(counted), value(histogram)
    someone = person()
    for _ in range(3):
        call("budget.get_budget_status", someone)
    traffic().send()
    assert (value(counted) - before[0], value(histogram) - before[1]) == (3, 3)


def test_without_the_cache_the_rest_is_told(plain, monkeypatch):
    without = Cache(Valkey())
    monkeypatch.setattr(get_metrics, "cache", lambda: without)
    monkeypatch.setenv("CACHE_PORT", "1")
    text = scrape(plain, TOKEN).text
    assert 'assistant_up{part="cache"} 0' in text
    assert "assistant_database_connections" in text
