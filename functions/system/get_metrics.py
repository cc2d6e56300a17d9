"""GET /metrics: the counts of all sandboxes for Prometheus, by the scrape token or an administrator's."""

from fastapi import APIRouter, Request, Response

from assistant.http import Db, lambda_handler
from assistant.http.scraping import require_scraper
from assistant.monitoring.backlog import backlog
from assistant.monitoring.database import connections
from assistant.monitoring.prometheus import CONTENT_TYPE, exposition
from assistant.notifications import counters
from assistant.platform.cache import cache
from assistant.platform.traffic import traffic
from assistant.platform.valkey import ValkeyDown

router = APIRouter(tags=["system"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_metrics(request: Request, db: Db) -> Response:
    require_scraper(db, request.headers.get("authorization", ""))
    up = {"database": True, "cache": True}
    try:
        routes, counts = traffic().routes(), cache().statistics()
    except ValkeyDown:
        routes, counts, up["cache"] = {}, {}, False
    text = exposition(routes, counts, counters.totals(db), backlog(db), connections(db), up)
    return Response(text, media_type=CONTENT_TYPE)


handler = lambda_handler(router, limit=None)  # anyone may knock; without a token nothing else is asked
