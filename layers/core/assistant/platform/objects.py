"""The documents bucket: originals of uploaded files."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.platform.aws import client
from assistant.platform.config import setting
from assistant.platform.errors import Unavailable
from assistant.platform.observability import logger


def put(key: str, content: bytes, content_type: str) -> None:
    """Store an object; Unavailable when S3 does not take it. Encryption is the bucket's default, so never forgotten."""
    with _answering():
        client("s3").put_object(Bucket=setting("DOCUMENTS_BUCKET"), Key=key, Body=content, ContentType=content_type)


def get(key: str) -> bytes:
    """Read an object whole; Unavailable when S3 does not give it."""
    with _answering():
        content: bytes = client("s3").get_object(Bucket=setting("DOCUMENTS_BUCKET"), Key=key)["Body"].read()
    return content


def delete(key: str) -> None:
    """Remove an object; it is no error when there is none."""
    with _answering():
        client("s3").delete_object(Bucket=setting("DOCUMENTS_BUCKET"), Key=key)


def upload_form(key: str, most_bytes: int, seconds: int) -> tuple[str, dict[str, str]]:
    """(address, fields) of a form by which somebody without credentials stores one object of at most so many bytes."""
    with _answering():
        form = client("s3").generate_presigned_post(
            setting("DOCUMENTS_BUCKET"), key, Conditions=[["content-length-range", 1, most_bytes]], ExpiresIn=seconds
        )
    return form["url"], form["fields"]


def link(key: str, seconds: int) -> str:
    """An address that opens the object for so long, for whoever has it. Signed here: nothing is sent."""
    with _answering():
        address: str = client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": setting("DOCUMENTS_BUCKET"), "Key": key}, ExpiresIn=seconds
        )
    return address


@contextmanager
def _answering() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        logger.exception("documents_bucket_unavailable")
        raise Unavailable("The store of documents does not answer. Try again in a few seconds.") from error
