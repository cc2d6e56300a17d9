"""Whether the embedding model's endpoint can be reached, without asking it for anything that costs."""

import socket
from contextlib import closing

import httpx

from assistant.platform.config import setting
from assistant.search.embeddings.configured import model

SERVER_ERROR = 500


def reach(timeout: float) -> bool:
    """Whether somebody answers there within `timeout` seconds. Call it only where a model is configured."""
    chosen = model()
    assert chosen is not None, "there is nothing to reach"
    if chosen.provider == "bedrock":
        return _connects(f"bedrock-runtime.{setting('AWS_REGION')}.amazonaws.com", 443, timeout)
    try:
        address = f"{setting('EMBEDDING_BASE_URL').rstrip('/')}/models"
        answer = httpx.get(address, timeout=timeout, follow_redirects=False, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code < SERVER_ERROR


def _connects(host: str, port: int, timeout: float) -> bool:
    try:
        with closing(socket.create_connection((host, port), timeout)):
            return True
    except OSError:
        return False
