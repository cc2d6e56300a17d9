"""The template as data: parsed, with Globals applied where a rule needs them, and as SAM expands it."""

import copy
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
AREAS = (
    "identity", "generation", "search", "documentation", "feedback", "learning", "llm", "budget", "performance",
    "tasks", "enhancement", "reports", "system", "notifications", "workers", "schedules",
)  # fmt: skip
OUTSIDE_THE_VPC = {"DeliverNotificationsFunction", "RotateSigningKeyFunction"}
PUBLIC = {
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "GET /api/v1/auth/demo-users",  # 404 outside the local stage
    "GET /.well-known/jwks.json",
    "GET /",
    "GET /api/v1/health",
    "GET /docs",
    "GET /health",
    "GET /metrics",  # its function asks for the scrape token or an administrator's
    "GET /openapi.json",
}

Resource = dict[str, Any]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads CloudFormation's short tags as the long functions they stand for."""


def _short_tag(loader: Any, name: str, node: yaml.Node) -> Resource:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_tag)


@dataclass
class Document:
    """One template, perhaps with a violation planted in it."""

    text: str
    with_routes: bool = True  # without them the transform is ten times as quick: its time grows with their square

    @classmethod
    def read(cls) -> "Document":
        return cls(TEMPLATE.read_text(encoding="utf-8"))

    def planted(self, old: str, new: str, *, with_routes: bool = True) -> "Document":
        """The template with the first `old` in its text replaced; fails when there is none, so a plant cannot miss."""
        assert old in self.text, f"the template has no {old!r} any more: plant the violation elsewhere"
        return Document(self.text.replace(old, new, 1), with_routes)

    @cached_property
    def content(self) -> Resource:
        return yaml.load(self.text, _Loader)  # noqa: S506  a SafeLoader with more tags

    @property
    def resources(self) -> dict[str, Resource]:
        return self.content["Resources"]

    def of_type(self, *types: str) -> dict[str, Resource]:
        return {name: r for name, r in self.resources.items() if r["Type"] in types}

    @cached_property
    def functions(self) -> dict[str, Resource]:
        """Properties of each function, Globals beneath them."""
        shared = self.content["Globals"]["Function"]
        return {
            name: {**shared, **function["Properties"]}
            for name, function in self.of_type("AWS::Serverless::Function").items()
        }

    @cached_property
    def routes(self) -> dict[str, str]:
        """Function by "METHOD /path", from the events as they are written."""
        found: dict[str, str] = {}
        for name, function in self.functions.items():
            for event in function.get("Events", {}).values():
                if event["Type"] == "HttpApi":
                    route = f"{event['Properties']['Method']} {event['Properties']['Path']}"
                    assert route not in found, f"{route} belongs to {found[route]} and to {name}"
                    found[route] = name
        return found

    @cached_property
    def expanded(self) -> dict[str, Resource]:
        """Resources after the SAM transform."""
        source = copy.deepcopy(self.content)
        for resource in source["Resources"].values():
            for code in ("CodeUri", "ContentUri"):  # `sam package` fills in the real place
                if code in resource.get("Properties", {}):
                    resource["Properties"][code] = "s3://bucket/key"
            events = resource.get("Properties", {}).get("Events", {})
            for name in [name for name, event in events.items() if event["Type"] == "HttpApi"]:
                if not self.with_routes:
                    del events[name]
        session = boto3.Session(region_name="eu-central-1")  # for the pseudo parameters; nothing is called
        return Translator({}, Parser(), None, session).translate(source, {})["Resources"]

    def expanded_of_type(self, kind: str) -> dict[str, Resource]:
        return {name: r["Properties"] for name, r in self.expanded.items() if r["Type"] == kind}

    def source_of(self, name: str) -> str:
        """The text of one resource, comments and all."""
        found = re.search(rf"^  {name}:.*\n(?:(?:    .*)?\n)*", self.text, re.MULTILINE)
        assert found, name
        return found.group()


def targets(value: Any) -> set[str]:
    """Logical ids that a value names by Ref, GetAtt or Sub, at any depth."""
    if isinstance(value, list):
        return set().union(*(targets(item) for item in value))
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, item in value.items():
        if key == "Ref":
            found.add(item)
        elif key == "Fn::GetAtt":
            found.add(item.split(".")[0] if isinstance(item, str) else item[0])
        elif key == "Fn::Sub":
            text = item if isinstance(item, str) else item[0]
            found |= {match.split(".")[0] for match in re.findall(r"\$\{([A-Za-z0-9.]+)\}", text)}
            found |= targets(item[1]) if isinstance(item, list) else set()
        else:
            found |= targets(item)
    return found
