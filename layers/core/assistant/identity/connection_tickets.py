"""Tickets for the socket: used once, within a minute, so that no token has to stand in an address."""

import hashlib
import secrets

from assistant.identity.caller import Caller
from assistant.identity.scopes import effective
from assistant.platform.db import UnitOfWork

TICKET_SECONDS = 60


def issue(work: UnitOfWork, caller: Caller) -> str:
    """A new ticket of the caller. Only its hash is kept."""
    ticket = secrets.token_urlsafe(32)
    work.run(
        """INSERT INTO connection_tickets (ticket_hash, organization_id, user_id, session_id, expires_at)
           VALUES (:hash, CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:session AS uuid),
                   now() + make_interval(secs => :seconds))""",
        hash=_hash(ticket),
        organization=caller.organization_id,
        user=caller.user_id,
        session=caller.session_id,
        seconds=TICKET_SECONDS,
    )
    return ticket


def redeem(work: UnitOfWork, ticket: str) -> Caller | None:
    """Use a ticket up; the caller it was given to, as they are now, or None. Of two racing uses one wins."""
    row = work.one(
        """/* any organization - the ticket itself tells which */
           WITH used AS (
               DELETE FROM connection_tickets WHERE ticket_hash = :hash RETURNING user_id, session_id, expires_at)
           SELECT u.user_id, u.organization_id, u.role, u.scopes, u.email, s.session_id
           FROM used JOIN users u ON u.user_id = used.user_id JOIN sessions s ON s.session_id = used.session_id
           WHERE used.expires_at > now() AND u.is_active AND s.ended_at IS NULL""",
        hash=_hash(ticket),
    )
    if row is None:
        return None
    return Caller(
        user_id=str(row["user_id"]),
        organization_id=str(row["organization_id"]),
        role=row["role"],
        scopes=effective(row["role"], row["scopes"]),
        token_id=f"ticket of {row['session_id']}",
        email=row["email"],
    )


def forget_expired(work: UnitOfWork) -> int:
    """Drop what nobody used in time; how many."""
    return len(
        work.run(
            """/* every organization - tickets expire for all alike */
               DELETE FROM connection_tickets WHERE expires_at < now() RETURNING ticket_hash"""
        )
    )


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()
