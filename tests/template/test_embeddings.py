"""Every function that embeds knows the deployment's model and may call it; which ones do is read from the code."""

import json
from functools import cache
from pathlib import Path

import pytest

from assistant.search.embeddings.models import MODELS
from tests.architecture.source import python_files
from tests.template.document import Document, Resource, targets

CALLS = {  # modules that call the model; those that only ask which one it is are not among them
    "assistant.search.embeddings.queries",
    "assistant.search.embeddings.documents",
    "assistant.search.store_health",
}
SETTINGS = {"EMBEDDING_PROVIDER", "EMBEDDING_MODEL", "EMBEDDING_BASE_URL", "EMBEDDING_API_KEY_SECRET"}
ONLY_PRICES = {"TasksRole", "FeedbackRole"}  # they import what reserves a training's or an answer's worst case
MODEL = "arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/${EmbeddingModel}"


@pytest.fixture(scope="module")
def document() -> Document:
    return Document.read()


@cache
def reached() -> dict[str, set[str]]:
    """All modules of the project that a module imports, in the end."""
    sources = {source.module: source for source in python_files("layers/core", "functions")}

    def imported(name: str) -> set[str]:
        found = {full for _, full in sources[name].imports()}
        return {module for full in found for module in (full, full.rpartition(".")[0]) if module in sources}

    direct = {name: imported(name) for name in sources}

    def closure(name: str) -> set[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            fresh = direct[waiting.pop()] - seen
            seen |= fresh
            waiting += fresh
        return seen

    return {name: closure(name) for name in sources if name.startswith("functions.")}


def embedding(document: Document) -> dict[str, str]:
    """Role by function, of the functions that reach a call to the model."""
    found = {}
    for name, function in document.functions.items():
        area, handler = Path(function["CodeUri"]).name, function["Handler"].partition(".")[0]
        if reached()[f"functions.{area}.{handler}"] & CALLS:
            [role] = targets(function["Role"])
            found[name] = role
    return {name: role for name, role in found.items() if role not in ONLY_PRICES}


def lacking(document: Document) -> list[str]:
    """What keeps a function that embeds from doing so."""
    found = []
    roles = embedding(document)
    for name in roles:
        variables = {
            **document.content["Globals"]["Function"]["Environment"]["Variables"],
            **document.functions[name].get("Environment", {}).get("Variables", {}),
        }
        found += [f"{name} has no {setting}" for setting in sorted(SETTINGS - variables.keys())]
    for role in sorted(set(roles.values())):
        statements = _statements(document.resources[role])
        if not any(_allows(statement, "bedrock:InvokeModel", MODEL) for statement in statements):
            found.append(f"{role} may not call Bedrock's model")
        if not any(_allows(statement, "secretsmanager:GetSecretValue", "LlmApiKeySecret") for statement in statements):
            found.append(f"{role} may not read the endpoint's key")
    if MODEL not in json.dumps(document.resources["BedrockEndpoint"]):
        found.append("the VPC's endpoint does not let the model through")
    return found


def _statements(role: Resource) -> list[Resource]:
    written = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in written]


def _allows(statement: Resource, action: str, resource: str) -> bool:
    return action in json.dumps(statement["Action"]) and resource in json.dumps(statement["Resource"])


def test_who_embeds_is_found_from_the_code(document):
    roles = set(embedding(document).values())
    assert roles == {"GenerationRole", "SearchRole", "LearningRole", "WorkersRole", "SchedulesRole"}
    assert {
        "UploadDocumentFunction", "SearchDocumentsFunction", "StartGenerationFunction", "AskQuestionFunction",
        "AnswerQuestionFunction", "LlmGenerateRfcFunction", "TrainRankingFunction", "OptimizeSearchFunction",
        "IndexUploadedFilesFunction", "EmbedWaitingDocumentsFunction", "GetVectorHealthFunction",
    } <= embedding(document).keys()  # fmt: skip


def test_whoever_embeds_knows_the_model_and_may_call_it(document):
    assert lacking(document) == []


def test_the_models_offered_are_those_that_the_product_knows(document):
    offered = document.content["Parameters"]["EmbeddingModel"]
    assert set(offered["AllowedValues"]) == {name for _, name in MODELS}
    rules = document.content["Rules"]
    by_rule = {
        "BedrockEmbedsWithItsOwn": {name for provider, name in MODELS if provider == "bedrock"},
        "OtherEmbeddingsNeedAnAddress": {name for provider, name in MODELS if provider != "bedrock"},
    }
    for rule, names in by_rule.items():
        [listed] = [
            assertion["Assert"]["Fn::Contains"][0]
            for assertion in rules[rule]["Assertions"]
            if "Fn::Contains" in assertion["Assert"]
        ]
        assert set(listed) == names
    assert ("bedrock", offered["Default"]) in MODELS


KEY = "                - WithEmbeddingKey\n                - Effect: Allow\n                  Action: "


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("        EMBEDDING_MODEL: !Ref EmbeddingModel\n", "", "SearchDocumentsFunction has no EMBEDDING_MODEL"),
        ("foundation-model/${EmbeddingModel}", "foundation-model/other", "GenerationRole may not call"),
        (f"{KEY}secretsmanager:GetSecretValue", f"{KEY}sns:Publish", "SearchRole may not read"),
    ],
)
def test_a_planted_lack_is_seen(document, old, new, finding):
    assert finding in "\n".join(lacking(document.planted(old, new)))
