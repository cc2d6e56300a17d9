"""The stack in the emulator: created by CloudFormation, then put right where the emulator falls short."""

import contextlib
import time
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.addresses import REGION
from local.errors import CloudError
from local.template import Expansion, as_text

STACK = "assistant"
_TEMPLATES = "local-templates"
_DEPLOY_SECONDS = 60.0
_CORS_LISTS = ("AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders")
_PROXY_VARIABLE = "MINISTACK_LAMBDA_PROXY_URL"


@dataclass(frozen=True)
class Deployment:
    """What came of a deployment."""

    resources: dict[str, str]
    types: dict[str, str]
    outputs: dict[str, str]
    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    """Resolved environment variables by a function's logical id."""
    log_groups: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    """The one stage of each API, by the API's id."""


def client(service: str, endpoint: str) -> Any:
    """Return a boto3 client of the emulator, whatever the user's own AWS configuration says."""
    make: Any = boto3.client  # typed by literals of service names, which a parameter is not
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator checks none
        config=Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}),
    )


def deploy(expansion: Expansion, endpoint: str) -> Deployment:
    """Create the stack and wait for it."""
    s3 = client("s3", endpoint)
    for bucket in (*expansion.buckets.values(), _TEMPLATES):
        with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
            s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=_TEMPLATES, Key="template.json", Body=as_text(expansion).encode())
    cloudformation = client("cloudformation", endpoint)
    parameters = expansion.template.get("Parameters", {})
    try:
        cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"{endpoint}/{_TEMPLATES}/template.json",
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": "local"}] if "Stage" in parameters else [],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        stack = _wait(cloudformation)
    except ClientError as error:
        raise CloudError(f"template.yaml was refused: {error.response['Error']['Message']}") from error
    resources: dict[str, str] = dict(expansion.buckets)
    types: dict[str, str] = dict.fromkeys(expansion.buckets, "AWS::S3::Bucket")
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK):
        for item in page["StackResourceSummaries"]:
            resources[item["LogicalResourceId"]] = item.get("PhysicalResourceId", "")
            types[item["LogicalResourceId"]] = item["ResourceType"]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    deployment = Deployment(resources, types, outputs)
    _read_functions(deployment, expansion, endpoint)
    _read_stages(deployment, endpoint)
    _put_right(deployment, expansion, endpoint)
    _verify_sender(deployment, endpoint)
    return deployment


def _wait(cloudformation: Any) -> dict[str, Any]:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    while time.monotonic() < deadline:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return stack
        if "IN_PROGRESS" not in stack["StackStatus"]:
            raise CloudError(f"template.yaml could not be deployed: {_why(cloudformation)}")
        time.sleep(0.05)
    raise CloudError(f"The deployment took longer than {_DEPLOY_SECONDS:.0f} s: see the log of the cloud emulator.")


def _why(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    first = failed[-1] if failed else {}
    return f"{first.get('LogicalResourceId', STACK)}: {first.get('ResourceStatusReason', 'no reason given')}"


def _read_functions(deployment: Deployment, expansion: Expansion, endpoint: str) -> None:
    logical = {deployment.resources[name]: name for name in expansion.functions}
    for page in client("lambda", endpoint).get_paginator("list_functions").paginate():
        for item in page["Functions"]:
            if (name := logical.get(item["FunctionName"])) is None:
                continue
            variables = dict(item.get("Environment", {}).get("Variables", {}))
            variables.pop(_PROXY_VARIABLE, None)
            deployment.environments[name] = variables
            deployment.log_groups[name] = (item.get("LoggingConfig") or {}).get("LogGroup", "")


def _read_stages(deployment: Deployment, endpoint: str) -> None:
    gateway = client("apigatewayv2", endpoint)
    for name, kind in deployment.types.items():
        if kind == "AWS::ApiGatewayV2::Api":
            api = deployment.resources[name]
            deployment.stages[api] = gateway.get_stages(ApiId=api)["Items"][0]["StageName"]


def _put_right(deployment: Deployment, expansion: Expansion, endpoint: str) -> None:
    gateway = client("apigatewayv2", endpoint)
    for api, settings in expansion.cors.items():
        gateway.update_api(ApiId=deployment.resources[api], CorsConfiguration=_resolved(settings, expansion))
    _tell_queues(deployment, expansion, endpoint)
    functions = client("lambda", endpoint)
    for name, source in expansion.functions.items():
        if source.reserved_concurrency is not None:
            functions.put_function_concurrency(
                FunctionName=deployment.resources[name], ReservedConcurrentExecutions=source.reserved_concurrency
            )


def _tell_queues(deployment: Deployment, expansion: Expansion, endpoint: str) -> None:
    """Let the buckets, which are older than the stack, notify the queues that the template names."""
    for bucket, notices in expansion.notices.items():
        told = []
        for notice in notices:
            queue = notice["Queue"]["Fn::GetAtt"]
            logical_id = queue.split(".")[0] if isinstance(queue, str) else queue[0]
            url = deployment.resources[logical_id]
            attributes = client("sqs", endpoint).get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            rules = notice.get("Filter", {}).get("S3Key", {}).get("Rules", [])
            told.append(
                {
                    "QueueArn": attributes["Attributes"]["QueueArn"],
                    "Events": [notice["Event"]],
                    "Filter": {"Key": {"FilterRules": rules}},
                }
            )
        if told:
            client("s3", endpoint).put_bucket_notification_configuration(
                Bucket=expansion.buckets[bucket], NotificationConfiguration={"QueueConfigurations": told}
            )


def _verify_sender(deployment: Deployment, endpoint: str) -> None:
    """SES sends from verified addresses only; whoever owns this one would have clicked on a link."""
    senders = {values["MAIL_SENDER"] for values in deployment.environments.values() if values.get("MAIL_SENDER")}
    for sender in senders:
        client("sesv2", endpoint).create_email_identity(EmailIdentity=sender)


def _resolved(settings: dict[str, Any], expansion: Expansion) -> dict[str, Any]:
    """Replace references to parameters by their defaults, and written lists by lists."""
    parameters = expansion.template.get("Parameters", {})
    resolved: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict) and "Ref" in value:
            value = parameters[value["Ref"]].get("Default", "")
        resolved[name] = value.split(",") if isinstance(value, str) and name in _CORS_LISTS else value
    return resolved
