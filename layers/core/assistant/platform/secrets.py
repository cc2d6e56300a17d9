"""Secrets Manager, read through a short in-process cache so that a rotation is seen without a new sandbox."""

from assistant.platform.aws import client
from assistant.platform.clock import monotonic
from assistant.platform.config import setting

TTL_SECONDS = 300
_cache: dict[str, tuple[float, str]] = {}


def secret(secret_setting: str, *, fresh: bool = False) -> str:
    """The current value of the secret named by the environment variable; `fresh` skips the cache of five minutes."""
    name = setting(secret_setting)
    kept = _cache.get(name)
    if kept and not fresh and monotonic() - kept[0] < TTL_SECONDS:
        return kept[1]
    value: str = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    _cache[name] = (monotonic(), value)
    return value


def value_of(secret_id: str) -> str | None:
    """The current value, past the cache; None when the secret has none yet."""
    try:
        value: str = client("secretsmanager").get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")[
            "SecretString"
        ]
    except client("secretsmanager").exceptions.ResourceNotFoundException:
        return None
    return value


def pending_value(secret_id: str, token: str) -> str | None:
    """What a rotation has already made for this token, so that its repetition makes nothing new."""
    try:
        value: str = client("secretsmanager").get_secret_value(
            SecretId=secret_id, VersionId=token, VersionStage="AWSPENDING"
        )["SecretString"]
    except client("secretsmanager").exceptions.ResourceNotFoundException:
        return None
    return value


def put_pending(secret_id: str, token: str, value: str) -> None:
    """Store a rotation's new value, not yet current."""
    client("secretsmanager").put_secret_value(
        SecretId=secret_id, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
    )


def finish_rotation(secret_id: str, token: str) -> None:
    """Make the pending version the current one."""
    versions = client("secretsmanager").describe_secret(SecretId=secret_id)["VersionIdsToStages"]
    current = next((version for version, stages in versions.items() if "AWSCURRENT" in stages), None)
    if current == token:
        return
    moved = {"RemoveFromVersionId": current} if current else {}
    client("secretsmanager").update_secret_version_stage(
        SecretId=secret_id, VersionStage="AWSCURRENT", MoveToVersionId=token, **moved
    )


def put(secret_id: str, value: str) -> None:
    """Store a value under a name, whether or not there is one; also when the name was deleted a moment ago."""
    manager = client("secretsmanager")
    try:
        manager.create_secret(Name=secret_id, SecretString=value)
    except manager.exceptions.ResourceExistsException:
        manager.put_secret_value(SecretId=secret_id, SecretString=value)


def delete(secret_id: str) -> None:
    """Delete a secret at once and for good; nothing happens when there is none."""
    manager = client("secretsmanager")
    try:
        manager.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)
    except manager.exceptions.ResourceNotFoundException:
        return
