"""The template as the emulator can hold it: SAM expanded, HTTP API bodies spelled out as resources.

The file itself stays the one that deploys to AWS. What changes on the way is listed in `expand`.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.conditions import decided
from local.errors import CloudError
from local.http_api import spell_out

REGION = "us-east-1"
_ROLE_ARN = "arn:aws:iam::000000000000:role/local"
_COLD_START_SECONDS = 15
_LONGEST_SECONDS = 900

Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class SourceFunction:
    """What the expansion takes out of a function because the emulator must not see it."""

    logical_id: str
    code: str
    handler: str
    timeout: float
    memory: int
    reserved_concurrency: int | None


@dataclass
class Expansion:
    """A template to deploy, and what the launcher has to do itself."""

    template: dict[str, Any]
    functions: dict[str, SourceFunction] = field(default_factory=dict)
    cors: dict[str, dict[str, Any]] = field(default_factory=dict)
    """CORS settings by logical id of the HTTP API, in the case of the API's own calls."""
    buckets: dict[str, str] = field(default_factory=dict)
    """Buckets to create before the deployment: they outlive it, so their names are fixed."""
    notices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What a bucket tells which queue, by the bucket's logical id; the launcher says so after the deployment."""

    def allow_origin(self, origin: str) -> None:
        """Let browsers call the HTTP API from an origin more than those of the template."""
        for settings in self.cors.values():
            listed = settings["AllowOrigins"]
            settings["AllowOrigins"] = [*(listed.split(",") if isinstance(listed, str) else listed), origin]


def expand(path: Path, invoke_url: str) -> Expansion:
    """Read a SAM template and prepare it for the emulator.

    Functions get a runtime that the emulator does not run itself and the address of the Lambda host; buckets become
    plain names, since they exist before the stack; custom resources go, since the launcher calls their functions, and
    so do permissions to invoke a function.
    """
    try:
        # The translator takes CodeUri only as a location in S3, which `sam package` would have filled in.
        source = yaml_parse(path.read_text())
        folders = _remember_code(source)
        session = boto3.Session(region_name=REGION)
        template = Translator({}, Parser(), boto_session=session).translate(
            source, {"AWS::Region": REGION, "Stage": "local"}
        )
    except OSError as error:
        raise CloudError(f"{path} cannot be read ({error.strerror}): start from the project's folder.") from error
    except Exception as error:
        reason = str(error).replace("\n", " ")
        raise CloudError(f"{path.name} is not a valid SAM template: {reason} - try: sam validate --lint") from error
    template = json.loads(json.dumps(template, default=str))  # SAM lets functions share what Globals gave them
    template = decided(template, {"Stage": "local"} if "Stage" in template.get("Parameters", {}) else {})
    expansion = Expansion(template)
    resources: Resources = template["Resources"]
    expansion.cors = spell_out(resources)
    for logical_id, resource in list(resources.items()):
        kind = resource["Type"]
        if kind == "AWS::Lambda::Function":
            expansion.functions[logical_id] = _hand_over(logical_id, resource, folders, invoke_url)
        elif kind == "AWS::ApiGatewayV2::Authorizer":
            # Without one the emulator assumes the Authorization header, and a WebSocket of a browser has none.
            resource["Properties"].setdefault("IdentitySource", [])
        elif kind == "AWS::Lambda::EventSourceMapping":
            _number_the_concurrency(resource["Properties"], template.get("Parameters", {}))
        elif kind == "AWS::Lambda::Permission":
            # Nothing here asks for them, nor for roles: a stack has 500 resources at most, and spelled-out routes
            # take their room.
            _remove(resources, logical_id)
        elif kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
            _remove(resources, logical_id)
        elif kind == "AWS::S3::Bucket":
            expansion.buckets[logical_id] = "assistant-local-" + logical_id.lower()
            told = resource.get("Properties", {}).get("NotificationConfiguration", {})
            expansion.notices[logical_id] = told.get("QueueConfigurations", [])
    template = _without_access_rules(template)
    resources = template["Resources"]
    for logical_id, name in expansion.buckets.items():
        _remove(resources, logical_id)
        template = _with_bucket(template, logical_id, name)
    expansion.template = template
    return expansion


def _remember_code(source: dict[str, Any]) -> dict[str, str]:
    shared = source.get("Globals", {}).get("Function", {}).get("CodeUri", ".")
    folders: dict[str, str] = {}
    for logical_id, resource in source.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        if resource.get("Type") == "AWS::Serverless::Function":
            folders[logical_id] = properties.get("CodeUri", shared)
            properties["CodeUri"] = "s3://local/none"
        elif resource.get("Type") == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = "s3://local/none"
    return folders


def _hand_over(logical_id: str, resource: dict[str, Any], folders: dict[str, str], invoke_url: str) -> SourceFunction:
    properties = resource["Properties"]
    timeout = float(properties.get("Timeout", 3))
    reserved = properties.get("ReservedConcurrentExecutions")
    function = SourceFunction(
        logical_id=logical_id,
        code=folders.get(logical_id, "."),
        handler=properties["Handler"],
        timeout=timeout,
        memory=int(properties.get("MemorySize", 128)),
        reserved_concurrency=reserved if isinstance(reserved, int) else None,
    )
    properties["Runtime"] = "provided.al2023"  # with a Python runtime the emulator's WebSockets bypass the host
    properties["Code"] = {"ZipFile": "x"}
    # The host keeps the function's timeout; the emulator counts cold starts in, so it waits longer.
    properties["Timeout"] = int(min(timeout + _COLD_START_SECONDS, _LONGEST_SECONDS))
    for unused in ("Layers", "LoggingConfig", "VpcConfig", "ReservedConcurrentExecutions", "Architectures"):
        properties.pop(unused, None)
    variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
    variables["MINISTACK_LAMBDA_PROXY_URL"] = f"{invoke_url}/{logical_id}"
    return function


def _number_the_concurrency(properties: dict[str, Any], parameters: dict[str, Any]) -> None:
    """CloudFormation turns a parameter's text into the number that a property wants; the emulator does not."""
    scaling = properties.get("ScalingConfig", {})
    asked = scaling.get("MaximumConcurrency")
    if isinstance(asked, dict):
        asked = parameters[asked["Ref"]]["Default"]
    if asked is not None:
        scaling["MaximumConcurrency"] = int(asked)


def _without_access_rules(template: dict[str, Any]) -> dict[str, Any]:
    """The template with one role for all, which is no resource, and without the policies of its own roles."""
    resources: Resources = template["Resources"]
    for logical_id, resource in list(resources.items()):
        if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            _remove(resources, logical_id)
            template = _with_arn(template, logical_id)
            resources = template["Resources"]
    return template


def _with_arn(value: Any, logical_id: str) -> Any:
    if value in ({"Fn::GetAtt": [logical_id, "Arn"]}, {"Fn::GetAtt": f"{logical_id}.Arn"}, {"Ref": logical_id}):
        return _ROLE_ARN
    if isinstance(value, list):
        return [_with_arn(item, logical_id) for item in value]
    return {key: _with_arn(item, logical_id) for key, item in value.items()} if isinstance(value, dict) else value


def _remove(resources: Resources, logical_id: str) -> None:
    del resources[logical_id]
    for resource in resources.values():
        needed = resource.get("DependsOn")
        if needed == logical_id:
            del resource["DependsOn"]
        elif isinstance(needed, list) and logical_id in needed:
            needed.remove(logical_id)


def _with_bucket(value: Any, logical_id: str, name: str) -> Any:
    """Replace every reference to a bucket by what it would have given."""
    if isinstance(value, list):
        return [_with_bucket(item, logical_id, name) for item in value]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": logical_id}:
        return name
    if len(value) == 1 and "Fn::GetAtt" in value:
        target = value["Fn::GetAtt"]
        owner, attribute = target.split(".", 1) if isinstance(target, str) else target
        if owner == logical_id:
            return f"arn:aws:s3:::{name}" if attribute == "Arn" else f"{name}.s3.amazonaws.com"
    if len(value) == 1 and "Fn::Sub" in value:
        return {"Fn::Sub": _in_text(value["Fn::Sub"], logical_id, name)}
    return {key: _with_bucket(item, logical_id, name) for key, item in value.items()}


def _in_text(text: Any, logical_id: str, name: str) -> Any:
    if isinstance(text, list):
        return [_in_text(text[0], logical_id, name), _with_bucket(text[1], logical_id, name)]
    text = text.replace(f"${{{logical_id}}}", name).replace(f"${{{logical_id}.Arn}}", f"arn:aws:s3:::{name}")
    return re.sub(rf"\$\{{{logical_id}\.[A-Za-z]+\}}", f"{name}.s3.amazonaws.com", text)


def as_text(expansion: Expansion) -> str:
    """Return the template as CloudFormation takes it."""
    return json.dumps(expansion.template, default=str)
