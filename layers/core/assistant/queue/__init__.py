"""Turns a function of one message into a Lambda handler that consumes an SQS queue: the only batch code."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from assistant.platform import clock, queues
from assistant.platform.observability import begin_request, logger

Handler = Callable[[dict[str, Any], Any], Any]
LONGEST_PAUSE = 30  # seconds


def consumes(run: Callable[[dict[str, Any]], None]) -> Handler:
    """A handler that runs `run` on the JSON body of each message.

    A message that raises is reported alone, so SQS delivers it again and not its batch.
    """
    return _handler(run, BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False))


def consumes_tickets(run: Callable[[int], int]) -> Handler:
    """A handler for tickets, which say only that a task of the queue's type waits: `run` gets how many came at once.

    It answers how many are done with; the others go back to the queue at once, for another sandbox.
    """

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        records = event["Records"]
        begin_request(queues.request_of(records[0]) or records[0]["messageId"])
        with clock.ends_in(context.get_remaining_time_in_millis() / 1000):
            done = run(len(records))
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records[done:]]}

    return handler


def consumes_in_groups(
    run: Callable[[Sequence[Sequence[dict[str, Any]]]], Sequence[int]], queue_setting: str
) -> Handler:
    """A handler for a FIFO queue that gets all groups of a batch at once, each in its order.

    `run` answers how many of each group, from the first on, are done with; the rest of the group goes back, so order
    holds. It comes again after a pause that doubles, and not after the queue's visibility time.
    """

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for record in event["Records"]:
            groups.setdefault(record["attributes"]["MessageGroupId"], []).append(record)
        readable = [_readable(records) for records in groups.values()]
        done = run(readable)
        failed = [record for records, n in zip(groups.values(), done, strict=True) for record in records[n:]]
        if len(failed) == len(event["Records"]):  # shows as an error of the function
            raise BatchProcessingError(msg=f"all {len(failed)} messages failed", child_exceptions=[])
        _pause(queue_setting, failed)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    return handler


def _readable(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bodies up to the first that is no JSON: it and what is behind it go back, in the end to the dead letters."""
    bodies = []
    for record in records:
        try:
            bodies.append(json.loads(record["body"]))
        except ValueError:
            logger.exception("unreadable_message", extra={"message_id": record["messageId"]})
            break
    return bodies


def _pause(queue_setting: str, records: Sequence[dict[str, Any]]) -> None:
    for record in records:
        seconds = min(2 ** int(record["attributes"].get("ApproximateReceiveCount", 1)) // 2, LONGEST_PAUSE)
        try:
            queues.return_soon(queue_setting, record["receiptHandle"], seconds)
        except Exception:  # then it comes after the queue's own time
            logger.exception("pause_failed")


def _handler(run: Callable[[dict[str, Any]], None], processor: BatchProcessor) -> Handler:
    def process(record: SQSRecord) -> None:
        begin_request(queues.request_of(record.raw_event) or record.message_id)
        run(record.json_body)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> Any:
        with clock.ends_in(context.get_remaining_time_in_millis() / 1000):  # long work stops at a checkpoint before
            return process_partial_response(event=event, record_handler=process, processor=processor, context=context)

    return handler


def on_schedule(run: Callable[[], Any]) -> Handler:
    """A handler for a schedule: the event says nothing, the result is for whoever invokes it by hand."""

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> Any:
        return run()

    return handler
