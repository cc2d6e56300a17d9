"""Answers with what it was given and where it runs."""

import os

from miniature import ANSWER

calls = 0


def handler(event, context):
    """Return the event, the context and the environment."""
    global calls
    calls += 1
    if event == {"count": True}:
        return {"pid": os.getpid(), "calls": calls}
    return {
        "event": event,
        "answer": ANSWER,
        "environment": dict(os.environ),
        "context": {
            "function_name": context.function_name,
            "version": context.function_version,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "log_group": context.log_group_name,
            "request_id": context.aws_request_id,
            "remaining": context.get_remaining_time_in_millis(),
        },
    }
