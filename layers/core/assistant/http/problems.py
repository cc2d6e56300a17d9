"""Errors as RFC 9457 problem details: what is wrong, where, and what to do."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from assistant.http.request_ids import request_id
from assistant.platform.errors import AssistantError, Invalid

UNREADABLE = "The body cannot be read as what its Content-Type says. Send JSON in UTF-8, or a whole multipart form."


class Problem(BaseModel):
    """RFC 9457. `code` is stable and may be switched on; `errors` lists each wrong field with a JSON pointer."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[dict[str, str]] | None = None


def problem(request: Request, status: int, code: str, title: str, detail: str, **extra: Any) -> JSONResponse:
    body = {
        "type": "about:blank" if code == "http" else f"urn:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(request.scope),
        **extra,
    }
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in extra:
        headers["Retry-After"] = str(extra["retry_after"])
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def render_assistant_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AssistantError)
    if error.commits:
        request.scope["commits"] = True
    return problem(request, error.status, error.code, error.title, error.detail, **error.extra)


async def render_validation_error(request: Request, error: Exception) -> JSONResponse:
    """Names each wrong field by a JSON pointer. The value is not echoed: it may be a password."""
    assert isinstance(error, RequestValidationError)
    errors = [{"pointer": pointer(item["loc"]), "detail": item["msg"]} for item in error.errors()]
    first = errors[0]
    detail = f"{first['pointer']}: {first['detail']}"
    if len(errors) > 1:
        detail += f" (and {len(errors) - 1} more, see errors)"
    return problem(request, Invalid.status, Invalid.code, Invalid.title, detail, errors=errors)


async def render_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's word for bytes that are no JSON text and no form
        return problem(request, Invalid.status, Invalid.code, Invalid.title, UNREADABLE)
    phrase = HTTPStatus(error.status_code).phrase
    return problem(request, error.status_code, "http", phrase, str(error.detail))


def pointer(location: tuple[int | str, ...]) -> str:
    """FastAPI's location as a JSON pointer into the body, or `query/limit` and the like for the other places."""
    place, *path = location
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    return "/" + "/".join(steps) if place == "body" else "/".join([str(place), *steps])
