"""House rules of the queues and of what consumes them."""

from typing import Any

from tests.template.document import ROOT, Document, targets

VISIBILITY_FACTOR = 6  # AWS's advice: the queue must not give a message out again while it is being worked on


def _dead_letter_queue(queue: dict[str, Any]) -> str | None:
    policy = queue.get("RedrivePolicy")
    return next(iter(targets(policy["deadLetterTargetArn"])), None) if policy else None


def _consumers(document: Document) -> list[tuple[str, str, dict[str, Any]]]:
    """(function, queue, properties) of each event source mapping, as expanded."""
    found = []
    for mapping in document.expanded_of_type("AWS::Lambda::EventSourceMapping").values():
        [function], [queue] = targets(mapping["FunctionName"]), targets(mapping["EventSourceArn"])
        found.append((function, queue, mapping))
    return found


def queues_have_a_dead_letter_queue(document: Document) -> list[str]:
    """Each working queue names one of its own, of its own kind, that keeps messages longer."""
    found = []
    queues = {name: r.get("Properties", {}) for name, r in document.of_type("AWS::SQS::Queue").items()}
    for name, queue in queues.items():
        if name.endswith("DeadLetterQueue"):
            continue
        target = _dead_letter_queue(queue)
        if target != name.removesuffix("Queue") + "DeadLetterQueue" or target not in queues:
            found.append(f"{name} has the dead-letter queue {target}")
            continue
        dead = queues[target]
        if dead.get("FifoQueue") != queue.get("FifoQueue"):
            found.append(f"{name} and {target} are not of one kind")
        if dead.get("MessageRetentionPeriod", 0) <= queue.get("MessageRetentionPeriod", 345600):
            found.append(f"{target} forgets before {name} does")
    return found


def queues_are_encrypted(document: Document) -> list[str]:
    return [
        f"{name} is not encrypted"
        for name, queue in document.of_type("AWS::SQS::Queue").items()
        if not (queue["Properties"].get("SqsManagedSseEnabled") is True or "KmsMasterKeyId" in queue["Properties"])
    ]


def queues_hide_a_message_long_enough(document: Document) -> list[str]:
    found = []
    for function, queue, _ in _consumers(document):
        visible_after = document.resources[queue]["Properties"].get("VisibilityTimeout", 30)
        wanted = VISIBILITY_FACTOR * document.functions[function]["Timeout"]
        if visible_after < wanted:
            found.append(f"{queue} hides a message for {visible_after} s, {function} wants {wanted}")
    return found


def consumers_report_failures(document: Document) -> list[str]:
    """One bad message does not bring its batch back, and a backlog does not take every sandbox."""
    found = []
    for function, _, mapping in _consumers(document):
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            found.append(f"{function} does not report the items that failed")
        if "MaximumConcurrency" not in mapping.get("ScalingConfig", {}):
            found.append(f"{function} has no limit of concurrency")
    return found


def queues_have_one_consumer(document: Document) -> list[str]:
    working = {name for name in document.of_type("AWS::SQS::Queue") if not name.endswith("DeadLetterQueue")}
    consumed = [queue for _, queue, _ in _consumers(document)]
    return [f"{name} has {consumed.count(name)} consumers" for name in sorted(working) if consumed.count(name) != 1]


# A task is begun again by whoever may retry it, and its ticket sent again by the sweep, whatever its type is.
REPEATERS = {
    "RetryTaskFunction": {"AnswerQuestionQueue"},  # what each is not to send: a question is asked anew, not retried
    "RedriveDeadLettersFunction": {"AnswerQuestionQueue"},
    "SweepTasksFunction": set(),
}


def _queues_of(function: dict[str, Any]) -> set[str]:
    variables = function.get("Environment", {}).get("Variables", {})
    return {queue for name, value in variables.items() if name.endswith("_QUEUE_URL") for queue in targets(value)}


def repeaters_have_every_queue_of_tickets(document: Document) -> list[str]:
    """Else a task of a type that somebody added is stored and its ticket cannot be sent."""
    ticketed = set()
    for function, queue, _ in _consumers(document):
        properties = document.functions[function]
        source = ROOT / properties["CodeUri"] / f"{properties['Handler'].removesuffix('.handler')}.py"
        if "tasks.run import" in source.read_text(encoding="utf-8"):
            ticketed.add(queue)
    return [
        f"{name} does not know {queue}"
        for name, without in REPEATERS.items()
        for queue in sorted(ticketed - without - _queues_of(document.functions[name]))
    ]


def functions_may_use_the_queues_they_know(document: Document) -> list[str]:
    """A function with a queue's address has a role that sends to it, or looks at how full it is."""
    found = []
    for name, function in document.functions.items():
        allowed = set()
        for role in targets(function.get("Role", {})):
            for policy in document.resources[role]["Properties"].get("Policies", []):
                for statement in policy.get("PolicyDocument", {}).get("Statement", []):
                    actions = statement.get("Action", [])
                    actions = [actions] if isinstance(actions, str) else actions
                    if {"sqs:SendMessage", "sqs:GetQueueAttributes"} & set(actions):
                        allowed |= set(targets(statement["Resource"]))
        found += [f"{name} may not send to {queue}" for queue in sorted(_queues_of(function) - allowed)]
    return found


RULES = [
    repeaters_have_every_queue_of_tickets,
    functions_may_use_the_queues_they_know,
    queues_have_a_dead_letter_queue,
    queues_are_encrypted,
    queues_hide_a_message_long_enough,
    consumers_report_failures,
    queues_have_one_consumer,
]
