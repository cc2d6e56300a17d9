"""A request for each type of task that can be sent as it is, with what makes such a request a good one."""

from dataclasses import dataclass

from assistant.generation.questions import Question, TaskKind, language_of, questions
from assistant.generation.template import TITLES


@dataclass(frozen=True, slots=True)
class Example:
    """`tips`: what to say in the request, and what the questions will ask anyway."""

    task_type: TaskKind
    title: str
    initial_request: str
    context: str
    tips: tuple[str, ...]

    @property
    def request(self) -> dict[str, str]:
        """The body of POST /generate."""
        return {"task_type": self.task_type, "initial_request": self.initial_request, "context": self.context}

    @property
    def sections(self) -> list[str]:
        return TITLES[self.task_type]

    @property
    def first_questions(self) -> list[Question]:
        """What is asked where the search finds nothing."""
        return questions(self.task_type, language_of(self.initial_request), [], [], {})


EXAMPLES = (
    Example(
        "new_feature",
        "Something that does not exist yet",
        "Notify team leads when a project has used 80 % of its monthly budget. They should hear of it by e-mail and in "
        "the console, once a month at most.",
        "Budgets are kept per team; there is an outbox for e-mail.",
        (
            "Say who needs it and what they do today instead.",
            "Say what it must not do: limits are as telling as goals.",
            "Upload what was decided before, so that the document can cite it.",
        ),
    ),
    Example(
        "modify_existing",
        "Something that exists and has to change",
        "Move the nightly export of invoices from a cron job on one server to a queue with retries, because a failed "
        "night is noticed only at the end of the month.",
        "The finance team imports the files every morning at seven.",
        (
            "Name the part that changes as the sources name it, so that the search finds it.",
            "Say what is wrong today, with a number if there is one.",
            "Say who must not notice the change.",
        ),
    ),
    Example(
        "analyze_current",
        "Something that has to be understood first",
        "Analyse why the search for documents takes longer than two seconds for large customers, and what could be "
        "done about it within this quarter.",
        "",
        (
            "Say which decision the analysis is for.",
            "Say what has been measured, and where the numbers are.",
            "Choose few aspects: each one brings questions of its own.",
        ),
    ),
)
