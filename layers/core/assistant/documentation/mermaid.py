"""Mermaid: the part of its grammar that our diagrams are written in, checked line by line.

A diagram that does not pass is not put into a document: a page that shows "syntax error" is worse than none.
"""

import re

IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"
LABEL = r'"[^"\[\]{}<>|]*"'
FLOWCHART = (
    re.compile(rf"{IDENTIFIER}\[{LABEL}\]"),
    re.compile(rf"{IDENTIFIER}\(\[{LABEL}\]\)"),
    re.compile(rf"{IDENTIFIER} (?:-->|-\.->) {IDENTIFIER}"),
    re.compile(rf"subgraph {IDENTIFIER}\[{LABEL}\]"),
    re.compile("end"),
)
CLASS_DIAGRAM = (
    re.compile(rf"class {IDENTIFIER}\[{LABEL}\]"),
    re.compile(rf"class {IDENTIFIER}\[{LABEL}\] \{{"),
    re.compile(r"[+\-#~][^\s(){}\[\]<>:;|`\"]+\(\)"),
    re.compile(r"<<[A-Za-z]+>>"),
    re.compile(r"\}"),
    re.compile(rf"{IDENTIFIER} (?:<\|--|<\|\.\.|-->) {IDENTIFIER}"),
)
HEADERS = {"flowchart LR": FLOWCHART, "classDiagram": CLASS_DIAGRAM}
# Words that Mermaid's lexers take for their own.
RESERVED = frozenset(
    {"end", "class", "graph", "subgraph", "style", "click", "default", "direction", "namespace", "note"}
)


def problems(diagram: str) -> list[str]:
    """What would keep Mermaid from drawing it; empty when nothing does."""
    lines = diagram.splitlines()
    if not lines or lines[0] not in HEADERS:
        return ["it does not begin with a kind of diagram"]
    rules, found, opened = HEADERS[lines[0]], [], 0
    declared: set[str] = set()
    for number, line in enumerate(lines[1:], 2):
        text = line.strip()
        if not any(rule.fullmatch(text) for rule in rules):
            found.append(f"line {number} is not Mermaid: {text}")
        opened += text.endswith("{") or text.startswith("subgraph ")
        opened -= text in ("}", "end")
        if opened < 0:
            found.append(f"line {number} closes what was not opened")
        if match := re.match(rf"(?:class |subgraph )?({IDENTIFIER})[\[(]", text):
            if match[1].lower() in RESERVED:
                found.append(f"line {number} is called by a word of Mermaid's own: {match[1]}")
            if match[1] in declared:
                found.append(f"line {number} declares {match[1]} again")
            declared.add(match[1])
        elif arrow := re.fullmatch(rf"({IDENTIFIER}) \S+ ({IDENTIFIER})", text):
            found += [
                f"line {number} names {name}, which is not declared" for name in arrow.groups() if name not in declared
            ]
    return found + (["something is not closed"] if opened else [])


def label(text: str) -> str:
    """A label that any text fits into: what has a meaning inside quotes is left out."""
    return '"' + " ".join(re.sub(r"[\"\[\]{}<>|]", " ", text).split())[:80] + '"'
