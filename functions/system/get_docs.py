"""GET /docs: this API, described for people: one page that loads nothing and runs nothing."""

from fastapi import APIRouter, Response

from assistant.http import lambda_handler
from assistant.http.docs_page import page, policy

router = APIRouter(tags=["system"])


@router.get("/docs", response_class=Response, responses={200: {"content": {"text/html": {}}}})
async def get_docs() -> Response:
    headers = {"Cache-Control": "public, max-age=300", "Content-Security-Policy": policy()}
    return Response(page(), media_type="text/html; charset=utf-8", headers=headers)


handler = lambda_handler(router, limit=None)
