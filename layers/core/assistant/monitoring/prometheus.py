"""The counts of all sandboxes in Prometheus' text format (version 0.0.4)."""

from collections.abc import Iterable, Mapping

from assistant.monitoring.backlog import Backlog
from assistant.monitoring.database import Connections
from assistant.platform.traffic import BUCKETS, Served

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[str, Mapping[str, str], float]


def exposition(
    routes: Mapping[str, Served],
    cache: Mapping[str, Mapping[str, int]],
    notifications: Mapping[str, int],
    backlog: Backlog,
    connections: Connections,
    up: Mapping[str, bool],
) -> str:
    """What was measured; a family whose source did not answer is absent, and `assistant_up` says so."""
    families = [
        _family("up", "gauge", "Whether a part answered this scrape.",
                [("", {"part": part}, int(answered)) for part, answered in up.items()]),
        *_http(routes),
        _family("cache_reads_total", "counter", "Cached reads by outcome.", [
            ("", {"namespace": name, "outcome": outcome}, n)
            for name, counts in cache.items() for outcome, n in sorted(counts.items())
            if outcome not in ("stored", "bytes")
        ]),
        _family("notifications_total", "counter", "Notifications by what became of them.",
                [("", {"event": event}, n) for event, n in sorted(notifications.items())]),
        _family("tasks", "gauge", "Tasks that wait or run.", [
            ("", {"status": "queued"}, backlog.waiting_tasks), ("", {"status": "running"}, backlog.running_tasks)]),
        _family("oldest_task_seconds", "gauge", "Age of the oldest task that is due.",
                [("", {}, round(backlog.oldest_task_seconds, 3))]),
        _family("unsent_notification_seconds", "gauge", "Age of the oldest notification not handed over.",
                [("", {}, round(backlog.oldest_unsent_seconds, 3))]),
        _family("model_cost_last_hour_dollars", "gauge", "What calls to models cost in the last hour.",
                [("", {}, backlog.cost_last_hour / 1e6)]),
        _family("database_connections", "gauge", "Connections of the database.", [
            ("", {"state": "open"}, connections.open), ("", {"state": "most"}, connections.most),
            ("", {"state": "active"}, connections.active)]),
    ]  # fmt: skip
    return "".join(families)


def _http(routes: Mapping[str, Served]) -> Iterable[str]:
    requests: list[Sample] = []
    times: list[Sample] = []
    statements: list[Sample] = []
    for route, served in routes.items():
        labels = {"route": route}
        answered = served.requests - served.failed - served.refused
        for outcome, n in (("answered", answered), ("refused", served.refused), ("failed", served.failed)):
            requests.append(("", {**labels, "outcome": outcome}, n))
        total = 0
        for end, n in zip((*(str(bucket / 1000) for bucket in BUCKETS), "+Inf"), served.times, strict=True):
            total += n
            times.append(("_bucket", {**labels, "le": end}, total))
        times += [("_sum", labels, served.milliseconds / 1000), ("_count", labels, total)]
        statements.append(("", labels, served.statements))
    yield _family("http_requests_total", "counter", "Requests by route and outcome.", requests)
    yield _family("http_request_duration_seconds", "histogram", "Time inside the function.", times)
    yield _family("http_statements_total", "counter", "SQL statements by route.", statements)


def _family(name: str, kind: str, told: str, samples: Iterable[Sample]) -> str:
    lines = [f"assistant_{name}{suffix}{_labels(labels)} {value:.15g}" for suffix, labels, value in samples]
    if not lines:
        return ""
    return "\n".join([f"# HELP assistant_{name} {told}", f"# TYPE assistant_{name} {kind}", *lines]) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    escaped = {
        name: value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"") for name, value in labels.items()
    }
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}" if labels else ""
