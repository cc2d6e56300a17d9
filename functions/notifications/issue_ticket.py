"""POST /api/v1/notifications/ticket: a one-use ticket for the socket, so that no token stands in its address."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.identity import connection_tickets
from assistant.identity.connection_tickets import TICKET_SECONDS

router = APIRouter(tags=["notifications"])


class Ticket(BaseModel):
    """Connect with `?ticket=` or the subprotocols `ticket, <ticket>`, once, within `expires_in` seconds."""

    ticket: str
    expires_in: int = TICKET_SECONDS


@router.post("/api/v1/notifications/ticket", status_code=201)
async def issue_ticket(caller: Caller, db: Db) -> Ticket:
    return Ticket(ticket=connection_tickets.issue(db, caller))


handler = lambda_handler(router)
