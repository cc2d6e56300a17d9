"""The kinds of documentation: which parts each has, and what the model is asked for it."""

from dataclasses import dataclass

PARTS = {
    "overview": "What the code is for, and how much of it there is",
    "entry_points": "Where to begin: what is run, and what others call",
    "architecture": "Which file imports which, and what comes from outside",
    "types": "Types and how they are related",
    "reference": "Each file: what it does, its types and functions with their signatures",
    "internals": "The same, with what is private",
    "undocumented": "What is public and has no docstring",
    "complexity": "Functions that are hard to test",
    "performance": "What may be slow",
    "security": "What may be unsafe",
}


@dataclass(frozen=True)
class Kind:
    """`whole` is what the model is asked of all the code, `piece` what it is asked of each part that it sees."""

    name: str
    title: str
    purpose: str
    parts: tuple[str, ...]
    whole: str
    piece: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("readme", "README", "The first page of a project",
             ("overview", "entry_points", "architecture", "reference"),
             "What is this project for, and who uses it?", "What does this part do for the project's users?"),
        Kind("api_reference", "API reference", "What can be called, with what, and what comes back",
             ("overview", "types", "reference"),
             "What does this API offer to its callers?", "What does each function or type here do for a caller?"),
        Kind("technical_specification", "Technical specification", "How it is built, in full",
             ("overview", "architecture", "types", "internals", "complexity", "performance", "security"),
             "What does this software do, and by which main parts?", "How does this part work?"),
        Kind("user_guide", "User guide", "How it is used, without its insides",
             ("overview", "entry_points", "reference"),
             "What can a user do with this?", "How is this part used, step by step?"),
        Kind("developer_guide", "Developer guide", "What a new developer needs to change it",
             ("overview", "entry_points", "architecture", "types", "internals", "undocumented", "complexity"),
             "What does a new developer need to know first?",
             "What does a developer need to know to change this part?"),
        Kind("architecture", "Architecture", "The parts and how they hang together",
             ("overview", "architecture", "types", "entry_points"),
             "What are the main parts, and how do they work together?", "What is this part responsible for?"),
        Kind("code_comments", "Proposed comments", "Descriptions for what has none",
             ("undocumented", "internals"),
             "What is this code for?", "Describe each function here in one sentence that could be its docstring."),
        Kind("quality_report", "Quality report", "What to look at first",
             ("overview", "complexity", "performance", "security", "undocumented"),
             "What is this code for, and which parts carry most of the work?",
             "What is hard to understand in this part?"),
    )
}  # fmt: skip
AUDIENCES = {
    "developers": "developers who will change the code",
    "architects": "architects who decide about the design",
    "operators": "operators who run it",
    "users": "users who do not read code",
    "managers": "managers who decide about effort and risk",
}
# How many calls to the model a document may take at most, and how long an answer may be in tokens.
DETAIL_LEVELS = {"brief": (3, 120), "detailed": (8, 220), "comprehensive": (20, 320)}
FORMATS = ("md", "html", "docx")
