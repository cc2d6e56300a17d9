"""Sending e-mail through SES. What certainly was not taken may be tried again; what may have been taken may not."""

from assistant.platform.aws import client
from assistant.platform.errors import AssistantError, Unavailable
from assistant.platform.observability import logger

TEMPORARY = {"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "SendingPausedException"}
SECONDS = 20  # to wait for SES's answer


class MailRefused(AssistantError):
    """SES takes this e-mail neither now nor later, such as from a sender that was never verified."""

    status, code, title = 502, "mail_refused", "The e-mail was refused"


class MailUnknown(AssistantError):
    """The connection broke after the e-mail was sent off: it may have been taken."""

    status, code, title = 502, "mail_unknown", "Whether the e-mail was taken is unknown"


def send_mail(sender: str, recipient: str, subject: str, text: str) -> str:
    """Send one e-mail of plain text; SES's message id. Raises MailRefused, MailUnknown, or Unavailable.

    One attempt: SES has no idempotency token, so a repetition that nobody decided about would be a second e-mail.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

    try:
        answer = client("sesv2", read_timeout=SECONDS, attempts=1).send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [recipient]},
            Content={
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                }
            },
        )
    except ClientError as error:
        status = int(error.response["ResponseMetadata"].get("HTTPStatusCode", 500))
        logger.exception("mail_not_taken")
        if error.response["Error"]["Code"] in TEMPORARY:
            raise Unavailable("The e-mail service is busy.", retry_after=30) from error
        if status >= 500:
            raise MailUnknown("The e-mail service failed after it had the e-mail.") from error
        raise MailRefused(f"The e-mail service refused it: {error.response['Error']['Message']}") from error
    except (ConnectTimeoutError, EndpointConnectionError) as error:  # nothing was sent
        logger.exception("mail_service_unreachable")
        raise Unavailable("The e-mail service does not answer.", retry_after=30) from error
    except BotoCoreError as error:
        logger.exception("mail_outcome_unknown")
        raise MailUnknown("The e-mail service did not answer after it had the e-mail.") from error
    message_id: str = answer["MessageId"]
    return message_id
