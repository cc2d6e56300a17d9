"""Tells a person of a budget's alert as a task: by e-mail and by notification, each once."""

from dataclasses import dataclass
from typing import Any

from assistant.budget.alerts import announce
from assistant.identity.settings import Settings
from assistant.mail.request import BudgetAlertRequest, MailedAlert, words
from assistant.notifications.log import notify
from assistant.platform.config import setting
from assistant.platform.db import Database, Row, UnitOfWork
from assistant.platform.errors import Forbidden, NotFound, Unavailable
from assistant.platform.mail import MailRefused, MailUnknown, send_mail
from assistant.platform.observability import logger
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail that is to be sent now."""

    mail_id: str
    sender: str
    recipient: str
    subject: str
    body: str


def send_alert(database: Database, claim: Claim) -> Store:
    """Do the task `send_budget_alert`."""
    task = claim.task
    raised = "alert_id" in task.args
    request: BudgetAlertRequest = (MailedAlert if raised else BudgetAlertRequest).model_validate(task.args)
    user_id = str(request.user or task.user_id)
    claim.reach("validated", 5)
    if raised:
        announce(database, task.organization_id)  # nothing is left to tell when the settlement's process lived
    mail = _take(database, claim, request, user_id)
    if mail is not None:
        claim.reach("generating", 50)
        _send(database, claim, mail)

    def store(work: UnitOfWork) -> dict[str, Any]:
        if not raised:
            told = request.model_dump(mode="json", exclude={"user"})
            told |= {"current_usage": float(request.current_usage), "budget_limit": float(request.budget_limit)}
            notify(work, task.organization_id, user_id, "budget_alert", told, "high")
        row = _find(work, claim, user_id)
        return {"user": user_id, "notified": True, "mail": row["state"], "message_id": row["message_id"]}

    return store


def _reason(claim: Claim) -> str:
    alert_id = claim.task.args.get("alert_id")
    return f"alert:{alert_id}" if alert_id else f"task:{claim.task.task_id}"


def _take(database: Database, claim: Claim, request: BudgetAlertRequest, user_id: str) -> Mail | None:
    """Write down that the e-mail is about to be sent; None when there is nothing to send any more.

    One that an earlier attempt was about to send may have been sent: it is not sent again, and its row says so.
    """
    task, sender = claim.task, setting("MAIL_SENDER", "off")
    with database.transaction() as work:
        claim.save(work, {"mail": "taken"})  # only the newest claim gets past this
        person = _person(work, claim, user_id)
        if "alert_id" not in task.args:
            work.run(
                """INSERT INTO mails (organization_id, user_id, reason, args, submitted_at)
                   VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :reason, CAST(:args AS jsonb), now())
                   ON CONFLICT (organization_id, user_id, reason) DO NOTHING""",
                organization=task.organization_id,
                user=user_id,
                reason=_reason(claim),
                args=request.model_dump_json(),
            )
        row = _find(work, claim, user_id, lock=True)
        if row["state"] == "sending":
            logger.warning("mail_outcome_unknown", extra={"mail_id": str(row["mail_id"])})
            _mark(work, claim, str(row["mail_id"]), "unknown", error="Its worker stopped while it was sent.")
        if row["state"] not in ("waiting", "refused"):  # one that was refused is sent when its task is repeated
            return None
        language = Settings.model_validate(person["settings"]).preferences.language
        subject, body = words(request, person["name"], language)
        mail = Mail(str(row["mail_id"]), sender, person["email"], subject, body)
        work.run(
            """UPDATE mails SET state = :state, sender = :sender, recipient = :recipient, subject = :subject,
                      body = :body
               WHERE organization_id = CAST(:organization AS uuid) AND mail_id = CAST(:mail AS uuid)""",
            state="off" if sender == "off" else "sending",
            sender=mail.sender,
            recipient=mail.recipient,
            subject=subject,
            body=body,
            organization=task.organization_id,
            mail=mail.mail_id,
        )
    return None if sender == "off" else mail


def _send(database: Database, claim: Claim, mail: Mail) -> None:
    try:
        message_id = send_mail(mail.sender, mail.recipient, mail.subject, mail.body)
    except Unavailable as error:
        _end(database, claim, mail, "waiting", error=error.detail)
        raise
    except MailUnknown as error:
        _end(database, claim, mail, "unknown", error=error.detail)
    except MailRefused as error:
        _end(database, claim, mail, "refused", error=error.detail)
        raise
    else:
        _end(database, claim, mail, "sent", message_id=message_id)


def _end(
    database: Database, claim: Claim, mail: Mail, state: str, *, message_id: str | None = None, error: str | None = None
) -> None:
    with database.transaction() as work:
        _mark(work, claim, mail.mail_id, state, message_id=message_id, error=error)


def _mark(
    work: UnitOfWork, claim: Claim, mail_id: str, state: str, *, message_id: str | None = None, error: str | None = None
) -> None:
    """What became of it. What is known to be sent stays so, whoever writes later."""
    work.run(
        """UPDATE mails SET state = :state, message_id = :message, error = :error,
                  sent_at = CASE WHEN :state = 'sent' THEN now() END
           WHERE organization_id = CAST(:organization AS uuid) AND mail_id = CAST(:mail AS uuid) AND state <> 'sent'""",
        state=state,
        message=message_id,
        error=error,
        organization=claim.task.organization_id,
        mail=mail_id,
    )


def _find(work: UnitOfWork, claim: Claim, user_id: str, *, lock: bool = False) -> Row:
    row = work.one(
        f"""SELECT mail_id, state, message_id FROM mails
            WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid) AND reason = :reason
            {"FOR NO KEY UPDATE" if lock else ""}""",  # noqa: S608 - constant text; values are bound
        organization=claim.task.organization_id,
        user=user_id,
        reason=_reason(claim),
    )
    if row is None:
        raise NotFound("There is no such alert for this person.")
    return row


def _person(work: UnitOfWork, claim: Claim, user_id: str) -> Row:
    """Who gets it. Raises NotFound, and Forbidden when the task's owner may not write to them."""
    row = work.one(
        """SELECT u.name, u.email, u.settings, o.role FROM users u
           JOIN users o ON o.user_id = CAST(:owner AS uuid) AND o.organization_id = CAST(:organization AS uuid)
           WHERE u.organization_id = CAST(:organization AS uuid) AND u.user_id = CAST(:user AS uuid) AND u.is_active""",
        owner=claim.task.user_id,
        organization=claim.task.organization_id,
        user=user_id,
    )
    if user_id != claim.task.user_id and (row is None or row["role"] != "admin"):
        raise Forbidden("Only administrators send an alert to somebody else.")
    if row is None:
        raise NotFound("The person is no longer there.")
    return row
