"""Every reference resolves, at every stage. cfn-lint does not look into the functions' environments; this does."""

import re
from collections.abc import Iterator
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.template.document import Document

REGION = "eu-central-1"
IMPLIED = {
    **dict.fromkeys(
        (
            "WithNat",
            "WithBedrock",
            "WithBedrockEmbeddings",
            "WithBedrockEndpoint",
            "WithLlmKey",
            "WithMail",
            "WithAlarmEmail",
        ),
        "NotLocal",
    ),
    "WithEmbeddingKey": "WithLlmKey",
}

Reference = tuple[str, str | None, frozenset[str]]
"""Logical id, attribute (None for Ref), and the conditions that hold where the reference stands."""


def _references(value: Any, holding: frozenset[str]) -> Iterator[Reference]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item, holding)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key == "Ref":
            yield item, None, holding
        elif key == "Fn::GetAtt":
            name, attribute = item.split(".", 1) if isinstance(item, str) else (item[0], ".".join(item[1:]))
            yield name, attribute, holding
        elif key == "Fn::Sub":
            text, own = (item, {}) if isinstance(item, str) else item
            for found in re.findall(r"\$\{([A-Za-z0-9:._]+)\}", text):
                if found not in own:
                    name, _, attribute = found.partition(".")
                    yield name, attribute or None, holding
            yield from _references(own, holding)
        elif key == "Fn::If":
            condition, then, otherwise = item
            yield from _references(then, holding | {condition, IMPLIED.get(condition, condition)})
            yield from _references(otherwise, holding)
        else:
            yield from _references(item, holding)


def _places(document: Document) -> Iterator[tuple[str, Any, frozenset[str]]]:
    outputs = document.content["Outputs"]
    for name, thing in [*document.expanded.items(), *((f"output {name}", o) for name, o in outputs.items())]:
        condition = thing.get("Condition")
        holding = frozenset({condition, IMPLIED.get(condition, condition)} if condition else ())
        yield name, thing, holding


def references_resolve(document: Document) -> list[str]:
    """What is named exists, has the attribute, and exists whenever the one that names it does."""
    found = []
    known = document.content["Parameters"].keys()
    resources = {**document.resources, **document.expanded}
    for place, thing, holding in _places(document):
        for name, attribute, conditions in _references(thing, holding):
            if name.startswith("AWS::") or name in known:
                continue
            if name not in resources:
                found.append(f"{place} names {name}, which does not exist")
                continue
            resource = resources[name]
            needed = resource.get("Condition")
            if needed and needed not in conditions:
                found.append(f"{place} names {name} where {needed} need not hold")
            if attribute and not _has(resource["Type"], attribute):
                found.append(f"{place} names {name}.{attribute}, which does not exist")
    return found


def _has(kind: str, attribute: str) -> bool:
    if kind.startswith("AWS::Serverless::"):
        kind = {"AWS::Serverless::Function": "AWS::Lambda::Function"}.get(kind, "AWS::ApiGatewayV2::Api")
    if kind.startswith("Custom::"):
        return True
    return attribute in PROVIDER_SCHEMA_MANAGER.get_type_getatts(kind, REGION)


def conditions_imply_as_assumed(document: Document) -> list[str]:
    """The implications above are those that the template states."""
    found = []
    for condition, wider in IMPLIED.items():
        stated = document.content["Conditions"].get(condition, {}).get("Fn::And", [])
        if {"Condition": wider} not in stated:
            found.append(f"{condition} does not imply {wider}")
    return found


RULES = [references_resolve, conditions_imply_as_assumed]
