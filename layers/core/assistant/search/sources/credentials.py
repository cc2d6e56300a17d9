"""What opens a source: in Secrets Manager under the source's id, so that no row and no answer can hold it."""

from assistant.platform import secrets
from assistant.platform.config import setting


def name_of(organization_id: str, source_id: str) -> str:
    """The secret's name; roles may read what begins with the prefix, and nothing else."""
    return f"{setting('SOURCE_SECRETS_PREFIX')}{organization_id}/{source_id}"


def keep(organization_id: str, source_id: str, secret: str) -> None:
    secrets.put(name_of(organization_id, source_id), secret)


def read(organization_id: str, source_id: str) -> str:
    """The secret; empty when none was given."""
    return secrets.value_of(name_of(organization_id, source_id)) or ""


def forget(organization_id: str, source_id: str) -> None:
    secrets.delete(name_of(organization_id, source_id))
