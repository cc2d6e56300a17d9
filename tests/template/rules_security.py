"""House rules of permissions, secrets, storage and the network."""

from collections.abc import Iterator
from typing import Any

import yaml

from tests.template.document import Document

REASON = "# reason:"


def _statements(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        keys = {key.value for key, _ in node.value}
        if "Effect" in keys and keys & {"Action", "NotAction"}:
            yield node
        for _, value in node.value:
            yield from _statements(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _statements(item)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _scalars(value)


def _has_reason(lines: list[str], line: int) -> bool:
    """A reason stands on the line itself, or in the comment directly above it."""
    if REASON in lines[line]:
        return True
    while line and lines[line - 1].lstrip().startswith("#"):
        line -= 1
        if REASON in lines[line]:
            return True
    return False


def wildcards_have_a_reason(document: Document) -> list[str]:
    """No asterisk in an Action or a Resource but for what lies under a named thing (`…/*`), or with its reason said."""
    found = []
    lines = document.text.splitlines()
    for statement in _statements(yaml.compose(document.text)):
        for key, value in statement.value:
            if key.value in ("NotAction", "NotResource"):
                found.append(f"line {key.start_mark.line + 1}: {key.value} allows what nobody thought of")
            if key.value not in ("Action", "Resource"):
                continue
            for scalar in _scalars(value):
                named = scalar.value.removesuffix("/*") if key.value == "Resource" else scalar.value
                if "*" in named and not _has_reason(lines, scalar.start_mark.line):
                    found.append(f"line {scalar.start_mark.line + 1}: {key.value} {scalar.value}")
    return found


def log_groups_forget(document: Document) -> list[str]:
    return [
        f"{name} keeps its lines for ever"
        for name, group in document.of_type("AWS::Logs::LogGroup").items()
        if "RetentionInDays" not in group["Properties"]
    ]


def secrets_rotate(document: Document) -> list[str]:
    """Each secret has a rotation, or says in its text why it has none."""
    rotated = {
        r["Properties"]["SecretId"]["Ref"] for r in document.of_type("AWS::SecretsManager::RotationSchedule").values()
    }
    return [
        f"{name} does not rotate and does not say why"
        for name in document.of_type("AWS::SecretsManager::Secret")
        if name not in rotated and "# rotates: no" not in document.source_of(name)
    ]


def buckets_are_closed(document: Document) -> list[str]:
    """Private, encrypted, versioned, and reachable over TLS only."""
    found = []
    tls_only = set()
    for policy in document.of_type("AWS::S3::BucketPolicy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            insecure = statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            everything = (
                statement["Action"] == "s3:*" and statement["Principal"] == "*" and len(statement["Resource"]) == 2
            )
            if statement["Effect"] == "Deny" and insecure and everything:
                tls_only.add(policy["Properties"]["Bucket"]["Ref"])
    for name, bucket in document.of_type("AWS::S3::Bucket").items():
        properties = bucket["Properties"]
        block = properties.get("PublicAccessBlockConfiguration", {})
        if len(block) != 4 or not all(value is True for value in block.values()):
            found.append(f"{name} could be made public")
        if "BucketEncryption" not in properties:
            found.append(f"{name} is not encrypted by our key")
        if properties.get("VersioningConfiguration") != {"Status": "Enabled"}:
            found.append(f"{name} forgets what is overwritten")
        if name not in tls_only:
            found.append(f"{name} answers without TLS")
    return found


def data_survives(document: Document) -> list[str]:
    """What holds the customer's data, or the key to it, is not deleted with the stack or by a replacement."""
    kinds = ("AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::KMS::Key")
    return [
        f"{name} has no {policy}"
        for name, resource in document.of_type(*kinds).items()
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        if resource.get(policy) not in ("Retain", "Snapshot")
    ]


def database_is_closed(document: Document) -> list[str]:
    database = document.resources["Database"]["Properties"]
    proxy = document.resources["DatabaseProxy"]["Properties"]
    parameters = document.resources["DatabaseParameters"]["Properties"]["Parameters"]
    checks = {
        "the storage is encrypted": database.get("StorageEncrypted") is True,
        "the database has no public address": database.get("PubliclyAccessible") is False,
        "RDS keeps the master password": database.get("ManageMasterUserPassword") is True,
        "IAM signs in": database.get("EnableIAMDatabaseAuthentication") is True,
        "the database refuses plain text": parameters.get("rds.force_ssl") == "1",
        "the proxy refuses plain text": proxy.get("RequireTLS") is True,
        "the proxy knows no password": proxy.get("DefaultAuthScheme") == "IAM_AUTH" and "Auth" not in proxy,
        "prod is protected": database.get("DeletionProtection") == {"Fn::If": ["Production", True, False]},
    }
    return [f"not so: {what}" for what, holds in checks.items() if not holds]


def _cidrs(value: Any, guarded: bool = False) -> Iterator[tuple[str, bool]]:
    """(CIDR, stands behind the condition WithNat) of each rule in a security group."""
    if isinstance(value, list):
        for item in value:
            yield from _cidrs(item, guarded)
    elif isinstance(value, dict):
        if "Fn::If" in value:
            condition, then, otherwise = value["Fn::If"]
            yield from _cidrs(then, condition == "WithNat")
            yield from _cidrs(otherwise, guarded)
        elif cidr := value.get("CidrIp") or value.get("CidrIpv6"):
            yield cidr, guarded


def security_groups_name_their_peers(document: Document) -> list[str]:
    """A group reaches groups, not addresses; the internet only with NAT. One without egress rules would reach all."""
    found = []
    for name, group in document.of_type("AWS::EC2::SecurityGroup").items():
        properties = group["Properties"]
        if not properties.get("SecurityGroupEgress"):
            found.append(f"{name} reaches everything")
        for cidr, guarded in _cidrs(properties.get("SecurityGroupEgress")):
            if cidr != "127.0.0.1/32" and not guarded:
                found.append(f"{name} reaches {cidr}")
        found += [f"{name} is reached from {cidr}" for cidr, _ in _cidrs(properties.get("SecurityGroupIngress"))]
    for name, rule in document.of_type("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress").items():
        found += [f"{name} names {cidr}" for cidr, _ in _cidrs(rule["Properties"])]
    return found


RULES = [
    wildcards_have_a_reason,
    log_groups_forget,
    secrets_rotate,
    buckets_are_closed,
    data_survives,
    database_is_closed,
    security_groups_name_their_peers,
]
