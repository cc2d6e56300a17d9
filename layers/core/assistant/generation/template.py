"""The house template of an RFC."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its title, the question that its text answers, and the one that its author must still decide."""

    title: str
    brief: str
    question: str


STANDARD = (
    Section(
        "Summary",
        "What is proposed, for whom, and why now?",
        "Who decides on this RFC, and by when?",
    ),
    Section(
        "Context and problem",
        "What exists today, and what problem remains?",
        "What happens if nothing is done?",
    ),
    Section(
        "Goals and non-goals",
        "What must be achieved, and what is left out?",
        "How will success be measured?",
    ),
    Section(
        "Proposal",
        "What is the design: its parts, and how do they work together?",
        "Which part is the hardest to change later?",
    ),
    Section(
        "Alternatives considered",
        "What are other ways to reach the goal, and why are they not chosen?",
        "What would make the rejected alternative the better one?",
    ),
    Section(
        "Risks and rollout",
        "What can go wrong, and in which steps does this go live?",
        "How is it rolled back?",
    ),
)


def sections(titles: tuple[str, ...]) -> tuple[Section, ...]:
    """The sections of these titles; the standard ones when none are named. An unknown title is a section too."""
    known = {section.title.lower(): section for section in STANDARD}
    if not titles:
        return STANDARD
    return tuple(
        known.get(title.lower())
        or Section(title, f"What does the reader need to know about {title}?", "What is still open here?")
        for title in titles
    )
