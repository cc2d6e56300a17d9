"""AWS clients, made on first use and kept for the life of the sandbox."""

from functools import cache
from typing import Any


@cache
def client(
    service: str, endpoint: str | None = None, *, read_timeout: float = 60, connections: int = 10, attempts: int = 3
) -> Any:
    """The boto3 client of a service. Imported here because botocore costs a cold start more than FastAPI does.

    `connections`: how many calls of one client may run at once. `attempts`: of the SDK by itself, with the first.
    """
    import boto3
    from botocore.config import Config

    # Retries beyond the SDK's own are the caller's business; the short connect time-out turns a missing
    # VPC endpoint into an error within the gateway's 30 seconds.
    config = Config(
        connect_timeout=3,
        read_timeout=read_timeout,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]


def invoke_model(model_id: str, body: str) -> tuple[int | None, str, str, dict[str, Any]]:
    """Bedrock's InvokeModel: (HTTP status, error code, what was said, the answer); no status when none came."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = client("bedrock-runtime").invoke_model(modelId=model_id, body=body)
    except ClientError as error:
        status = int(error.response["ResponseMetadata"].get("HTTPStatusCode", 500))
        return status, error.response["Error"]["Code"], str(error), {}
    except BotoCoreError as error:
        return None, "", repr(error), {}
    return 200, "", "", answer
