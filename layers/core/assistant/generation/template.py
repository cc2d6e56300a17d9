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

# Sections beside the standard ones, for what is not a proposal of something new.
FURTHER = (
    Section(
        "What changes",
        "What works how today, and how will it work after the change?",
        "Which behaviour must not change?",
    ),
    Section(
        "Compatibility and migration",
        "Who is affected by the change, and how do they get from the old to the new?",
        "Until when is the old way served?",
    ),
    Section(
        "Subject and method",
        "What was looked at, and how?",
        "What was left out?",
    ),
    Section(
        "Findings",
        "What was found, and what shows it?",
        "Which finding is the least certain?",
    ),
    Section(
        "Recommendations",
        "What should be done, in which order, and why?",
        "Who takes each of them on?",
    ),
)

TITLES = {
    "new_feature": [section.title for section in STANDARD],
    "modify_existing": [
        "Summary", "Context and problem", "What changes", "Compatibility and migration", "Alternatives considered",
        "Risks and rollout",
    ],
    "analyze_current": ["Summary", "Subject and method", "Findings", "Recommendations"],
}  # fmt: skip


def sections(titles: tuple[str, ...]) -> tuple[Section, ...]:
    """The sections of these titles; the standard ones when none are named. An unknown title is a section too."""
    known = {section.title.lower(): section for section in (*STANDARD, *FURTHER)}
    if not titles:
        return STANDARD
    return tuple(
        known.get(title.lower())
        or Section(title, f"What does the reader need to know about {title}?", "What is still open here?")
        for title in titles
    )
