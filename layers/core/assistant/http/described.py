"""The OpenAPI document as it was generated from all routers; a function has only its own, so the layer carries it."""

from functools import cache
from importlib.resources import files

NAME = "openapi.json"


@cache
def description() -> bytes:
    """JSON in UTF-8, without the space that the committed openapi.json has for people."""
    return files("assistant.http").joinpath(NAME).read_bytes()
