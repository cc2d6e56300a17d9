"""Alarms, the metrics that the code sends, the monitor's conditions and the runbooks say the same."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from assistant.monitoring.conditions import CONDITIONS
from assistant.monitoring.measured import Measured
from assistant.platform.observability import METRICS
from tests.architecture.source import ROOT, python_files
from tests.template.document import Document

PAGES = {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")}
LINK = re.compile(r"docs/runbooks/([a-z-]+)\.md")
OURS = {"Fn::Sub": "Assistant/${Stage}"}
WATCHED = {"5xx", "Latency", "DatabaseConnectionsCurrentlySessionPinned"}  # of AWS itself


def alarms(document: Document) -> Mapping[str, dict[str, Any]]:
    return {name: alarm["Properties"] for name, alarm in document.of_type("AWS::CloudWatch::Alarm").items()}


def page_of(name: str) -> str:
    """CacheHitRateAlarm → cache-hit-rate."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name.removesuffix("Alarm")).lower()


def metrics_of(alarm: dict[str, Any]) -> list[tuple[Any, str]]:
    """(namespace, metric) of each that an alarm looks at."""
    if "MetricName" in alarm:
        return [(alarm["Namespace"], alarm["MetricName"])]
    stats = [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]
    return [(one["Namespace"], one["MetricName"]) for one in stats]


def differences(document: Document, pages: set[str]) -> list[str]:
    """A line for each alarm that names a page or a metric that is not there, or tells nobody."""
    found = []
    for name, alarm in alarms(document).items():
        links = LINK.findall(alarm["AlarmDescription"])
        if links != [page_of(name)]:
            found.append(f"{name} links {links}, and its page is {page_of(name)}")
        if page_of(name) not in pages:
            found.append(f"{name} has no page docs/runbooks/{page_of(name)}.md")
        for namespace, metric in metrics_of(alarm):
            if namespace == OURS and metric not in METRICS:
                found.append(f"{name} watches {metric}, which no code sends")
            if namespace != OURS and metric not in WATCHED:
                found.append(f"{name} watches {metric} of {namespace}")
        if alarm["AlarmActions"] != [{"Ref": "AlarmTopic"}]:
            found.append(f"{name} tells nobody")
    orphans = pages - {page_of(name) for name in alarms(document)}
    return found + [f"docs/runbooks/{page}.md belongs to no alarm" for page in sorted(orphans)]


@pytest.fixture(scope="module")
def document() -> Document:
    return Document.read()


def test_alarms_metrics_and_pages_agree(document):
    assert differences(document, PAGES) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("docs/runbooks/slow-answers.md", "docs/runbooks/slow.md", "SlowAnswersAlarm links ['slow']"),
        ("  DeadTasksAlarm:", "  DyingTasksAlarm:", "docs/runbooks/dead-tasks.md belongs to no alarm"),
        ("MetricName: DeadLetters", "MetricName: LostLetters", "DeadLettersAlarm watches LostLetters, which no code"),
        ("AlarmActions: [!Ref AlarmTopic]", "AlarmActions: []", "ServerErrorsAlarm tells nobody"),
    ],
)
def test_a_difference_is_seen(document, old, new, finding):
    assert any(line.startswith(finding) for line in differences(document.planted(old, new), PAGES))


def test_every_metric_is_sent_somewhere_and_shown_somewhere(document):
    sources = [source for source in python_files("layers/core") if not source.path.endswith("observability.py")]
    text = "\n".join(source.text for source in [*sources, *python_files("functions")])
    sent = {name for name in METRICS if f'"{name}"' in text}
    sent |= {f"Notifications{name}" for name in re.findall(r'lane\.note\("(\w+)"\)', text)}
    assert sent == set(METRICS)
    dashboard = document.resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    json.loads(dashboard)
    assert {name for name in METRICS if f'"{name}"' not in dashboard} == set()


def test_the_monitor_watches_the_same_marks_as_cloudwatch(document):
    by_page = {page_of(name): alarm for name, alarm in alarms(document).items()}
    known = Measured.__slots__
    for condition in CONDITIONS:
        assert condition.name in PAGES
        assert condition.value in known
        alarm = by_page[condition.name]
        if condition.metric and condition.metric == alarm.get("MetricName"):
            threshold = alarm["Threshold"]
            if isinstance(threshold, dict):  # a parameter, whose default is ours
                threshold = document.content["Parameters"][threshold["Ref"]]["Default"]
            assert threshold == condition.threshold, condition.name


def test_alarms_are_only_where_cloudwatch_is(document):
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic")
    assert {resource.get("Condition") for resource in document.of_type(*kinds).values()} == {"NotLocal"}


def test_the_monitor_counts_every_dead_letter_queue(document):
    queues = {name for name in document.of_type("AWS::SQS::Queue") if name.endswith("DeadLetterQueue")}
    function = document.functions["MonitorHealthFunction"]["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URLS"]
    counted = {reference["Ref"] for reference in function["Fn::Join"][1]}
    assert counted == queues, "add it to DEAD_LETTER_QUEUE_URLS, to MonitorRole and to the policy of SqsEndpoint"
    role = str(document.resources["MonitorRole"]) + str(document.resources["MonitorRole"]["Properties"]["Policies"])
    endpoint = str(document.resources["SqsEndpoint"])
    assert {name for name in queues if f"'{name}'" not in role or f"'{name}'" not in endpoint} == set()
