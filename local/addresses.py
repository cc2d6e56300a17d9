"""Where everything is while the local cloud runs, and the file that tells other programs."""

import fcntl
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REGION = "us-east-1"
FILE = "run.json"


@dataclass(frozen=True)
class Addresses:
    """Addresses, ids and process ids of one running local cloud."""

    root: str
    state: str
    api_url: str
    """The HTTP API, without a slash at the end."""
    websocket_url: str
    aws_endpoint_url: str
    """Every AWS service but Lambda's Invoke: SQS, S3, Secrets Manager, CloudFormation, …"""
    lambda_endpoint_url: str
    """Lambda's Invoke API, by logical id or deployed name; also /stats."""
    connections_url: str
    """The @connections API of the WebSocket API."""
    database_host: str
    database_port: int
    """The pooler that counts pins; functions connect here."""
    database_direct_host: str
    database_direct_port: int
    database_name: str
    database_user: str
    database_owner: str
    pins_url: str
    cache_host: str
    cache_port: int
    model_url: str
    """OpenAI-compatible, ends in /v1."""
    model_name: str
    model_api_key: str
    embeddings_url: str = ""
    """OpenAI-compatible, ends in /v1; empty where search goes by words alone."""
    embeddings_api_key: str = ""
    console_url: str = ""
    """The web console, without a slash at the end; empty where none is served."""
    region: str = REGION
    resources: dict[str, str] = field(default_factory=dict)
    """Physical ids by logical id: queue URLs, function names, bucket and secret names."""
    outputs: dict[str, str] = field(default_factory=dict)
    launcher_pid: int = 0
    pids: dict[str, int] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Return what a client in another process needs in its environment (boto3, tests, the demo)."""
        return {
            "AWS_ENDPOINT_URL": self.aws_endpoint_url,
            "AWS_ENDPOINT_URL_LAMBDA": self.lambda_endpoint_url,
            "LAMBDA_ENDPOINT_URL": self.lambda_endpoint_url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def write(self) -> Path:
        """Tell other programs; readable by this user only, since it holds a key."""
        path = Path(self.state) / FILE
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(asdict(self), indent=2))
        temporary.chmod(0o600)
        temporary.replace(path)
        return path


def running(state: Path | None = None) -> Addresses | None:
    """Return the addresses of the local cloud that runs on a state directory (default `.local`), or None."""
    path = (state or Path(".local")) / FILE
    try:
        found: dict[str, Any] = json.loads(path.read_text())
        addresses = Addresses(**found)
        with path.with_name("lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return addresses
    except (OSError, ValueError, TypeError):
        return None
    return None  # nobody holds the state directory: a killed launcher left the file
