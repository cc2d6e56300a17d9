"""Answering CloudFormation when it calls a function as a custom resource."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from assistant.platform.observability import logger

Event = dict[str, Any]


def custom_resource(run: Callable[[dict[str, Any]], dict[str, Any]], physical_id: str) -> Callable[[Event, Any], Any]:
    """A handler that runs `run` on the resource's properties and answers the stack, also when it fails.

    Deleting the resource does nothing: the data outlives the stack. Without a ResponseURL, as when somebody invokes
    the function by hand, the result is returned and errors raised.
    """

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Event, context: Any) -> Any:
        deleting = event.get("RequestType") == "Delete"
        if "ResponseURL" not in event:
            return None if deleting else run(event.get("ResourceProperties", {}))
        answer = {
            "Status": "SUCCESS",
            "PhysicalResourceId": event.get("PhysicalResourceId", physical_id),
            **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        }
        try:
            result = {} if deleting else run(event["ResourceProperties"])
        except Exception as error:
            logger.exception("custom_resource_failed")
            answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:1000]}
        else:
            answer["Data"] = result
        body = json.dumps(answer).encode()
        request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")  # noqa: S310
        urllib.request.urlopen(request, timeout=20).close()  # noqa: S310 - CloudFormation's pre-signed address
        return answer

    return handler
