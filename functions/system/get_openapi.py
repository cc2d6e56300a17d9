"""GET /openapi.json: this API, described for programs."""

from fastapi import APIRouter, Response

from assistant.http import lambda_handler
from assistant.http.described import description

router = APIRouter(tags=["system"])


@router.get("/openapi.json", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_openapi() -> Response:
    return Response(description(), media_type="application/json", headers={"Cache-Control": "public, max-age=300"})


handler = lambda_handler(router, limit=None)
