"""Consumes UploadedFilesQueue: indexes what was sent straight to the bucket."""

from typing import Any

from assistant.platform.db import database
from assistant.queue import consumes
from assistant.search.large_uploads import index_uploaded, keys_of


@consumes
def handler(event: dict[str, Any]) -> None:
    for key in keys_of(event):
        index_uploaded(database(), key)
