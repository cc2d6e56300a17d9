"""Secret values that outlive a start: the emulator forgets them, and every token is signed with one."""

import json
from pathlib import Path
from typing import Any

from local.deploy import Deployment, client

FILE = "secrets.json"
_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a resource type
_STAGES = ("AWSPREVIOUS", "AWSCURRENT")


class SecretsStore:
    """Keeps the current and the previous value of every secret of the stack in a file, by logical id."""

    def __init__(self, folder: Path, deployment: Deployment, endpoint: str) -> None:
        self._path = folder / FILE
        self._names = {name: deployment.resources[name] for name, kind in deployment.types.items() if kind == _SECRET}
        self._client: Any = client("secretsmanager", endpoint)
        self._written = ""

    def restore(self) -> None:
        """Write back what an earlier run kept, the older value first."""
        try:
            kept: dict[str, list[str]] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return
        for name, values in kept.items():
            for value in values if name in self._names else []:
                self._client.put_secret_value(SecretId=self._names[name], SecretString=value)

    def save(self) -> None:
        """Keep the values as they are now; does nothing when nothing changed."""
        text = json.dumps({name: self._values(secret) for name, secret in self._names.items()})
        if text == self._written:
            return
        temporary = self._path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(text)
        temporary.replace(self._path)
        self._written = text

    def _values(self, secret: str) -> list[str]:
        values: list[str] = []
        for stage in _STAGES:
            try:
                values.append(self._client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])
            except self._client.exceptions.ResourceNotFoundException:
                continue
        return values
