"""A rotation function in four steps, with a number instead of a key."""

import json
import secrets

import boto3

manager = boto3.client("secretsmanager")


def handler(event, _context):
    """Serve one step."""
    name, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        value = json.dumps({"keys": [secrets.token_hex(8)]})
        manager.put_secret_value(
            SecretId=name, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        versions = manager.describe_secret(SecretId=name)["VersionIdsToStages"]
        current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
        manager.update_secret_version_stage(
            SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )
