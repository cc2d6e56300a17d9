"""The FastAPI application: of one endpoint inside a function, of all endpoints for the OpenAPI document."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from assistant.http.problems import Problem, render_assistant_error, render_http_exception, render_validation_error
from assistant.http.unit_of_work import OneTransaction
from assistant.platform.errors import AssistantError

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "A problem: what is wrong, where, and what to do"},
    "5XX": {"model": Problem, "description": "A problem on our side; nothing was stored unless it says so"},
}


def create_app(*routers: APIRouter, **settings: Any) -> FastAPI:
    """An application over the routers; one request is one transaction, errors are RFC 9457 problems."""
    app = FastAPI(
        title="Serverless AI assistant",
        version="1",
        generate_unique_id_function=operation_id,
        responses=PROBLEM_RESPONSES,
        **settings,
    )
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                route.summary = summary(route)
        app.include_router(router)
    app.add_middleware(OneTransaction)
    app.add_exception_handler(AssistantError, render_assistant_error)
    app.add_exception_handler(RequestValidationError, render_validation_error)
    app.add_exception_handler(HTTPException, render_http_exception)
    return app


def operation_id(route: APIRoute) -> str:
    """One name everywhere: the function's."""
    return route.name


def summary(route: APIRoute) -> str:
    """What the docstring of the function's file says after the route: `GET /health: whether …`."""
    said: str = route.endpoint.__globals__.get("__doc__") or ""
    words = " ".join(said.partition("\n\n")[0].partition(": ")[2].split()).rstrip(".")
    return words[:1].upper() + words[1:]
