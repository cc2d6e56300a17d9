"""Does whatever the event says that a function should not do."""

import os
import time


def handler(event, _context):
    """Misbehave."""
    match event["do"]:
        case "sleep":
            time.sleep(event["seconds"])  # as it was asked to
        case "raise":
            raise ValueError("as asked")
        case "exit":
            os._exit(3)
        case "print":
            print(event["text"])
        case "answer":
            return "x" * event["bytes"]
    return {"pid": os.getpid()}
