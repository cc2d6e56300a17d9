"""One request is one transaction: committed before the answer leaves, rolled back when the answer is an error."""

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.http.problems import problem, render_assistant_error
from assistant.platform.db import Database, StatementFailed, database
from assistant.platform.errors import AssistantError, Invalid
from assistant.platform.observability import logger

READING = {"GET", "HEAD", "OPTIONS"}
NOT_TEXT = {"22021", "22P05"}  # PostgreSQL's text holds every character but NUL
HAS_NUL = "The text contains the character NUL (U+0000), which cannot be stored. Remove it."


class OneTransaction:
    """Opens the unit of work that the endpoint's `Db` is; nothing is sent to PostgreSQL unless the endpoint does.

    The answer is held back until the commit stands, so a client is never told of what was not stored. Reads run
    without a transaction: one round trip for each statement.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer: list[Message] = []
        request = Request(scope)
        try:
            await self._run(scope, receive, answer)
        except AssistantError as error:
            response = await render_assistant_error(request, error)
            answer = await sent_by(response, scope, receive)
        except Exception as error:
            answer = await sent_by(await render_unexpected(request, error), scope, receive)
        for message in answer:
            await send(message)

    async def _run(self, scope: Scope, receive: Receive, answer: list[Message]) -> None:
        async def keep(message: Message) -> None:
            answer.append(message)

        source: Database = scope.get("database") or database()
        with source.work(autocommit=scope["method"] in READING) as work:
            scope["work"] = work
            await self.app(scope, receive, keep)
            committed = answer[0]["status"] < 400 or scope.get("commits", False)
            if committed:
                work.commit()
        if committed:
            work.run_after_commit()
        scope["statements"] = work.statements


async def render_unexpected(request: Request, error: Exception) -> Response:
    """What nobody raised on purpose: told in general to the caller, in full to the log."""
    if isinstance(error, StatementFailed) and error.sqlstate in NOT_TEXT:
        return await render_assistant_error(request, Invalid(HAS_NUL))
    logger.exception("unhandled_error")
    return problem(
        request,
        500,
        "internal_error",
        "Something went wrong on our side",
        "The request failed and nothing was stored. Tell the operator the request_id.",
    )


async def sent_by(response: Response, scope: Scope, receive: Receive) -> list[Message]:
    """The messages by which a response would be sent."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await response(scope, receive, keep)
    return messages
