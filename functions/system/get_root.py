"""GET /: leads to the documentation."""

from fastapi import APIRouter, Response

from assistant.http import lambda_handler

router = APIRouter(tags=["system"])


@router.get("/", response_class=Response, status_code=307, responses={307: {"description": "To /docs"}})
async def get_root() -> Response:
    return Response(status_code=307, headers={"Location": "/docs", "Cache-Control": "public, max-age=300"})


handler = lambda_handler(router, limit=None)
