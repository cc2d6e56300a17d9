"""What the author says of a file, a type or a function, in the comment or the string that belongs to it."""

import re
from typing import Any

COMMENTS = frozenset({"comment", "block_comment", "line_comment"})
# Between a comment and what it is about there may be a wrapper, or an attribute beside it.
WRAPPERS = frozenset({
    "export_statement", "decorated_definition", "template_declaration", "statement", "type_declaration",
    "lexical_declaration", "variable_declaration", "type_definition", "declaration", "body_statement",
})  # fmt: skip
BESIDE = frozenset({"attribute_item", "decorator", "annotation"})
MARKS = re.compile(r"^\s*(?:/\*\*?|\*/|\*(?!/)|//[/!]?|#+|--+|;+)\s?|\s*\*/\s*$")
TAGS = re.compile(r"</?(?:summary|remarks|param|returns|c|see|para|value|example)\b[^>]*>")
LONGEST = 1500


def docstring_of(node: Any, language: str) -> str:
    """The docstring of a definition: Python's first string, else the comment directly above."""
    if language == "python":
        return _first_string(node.child_by_field_name("body"))
    above = node
    while above.parent is not None and above.parent.type in WRAPPERS and above.parent.named_children[0] == above:
        above = above.parent
    if above.prev_sibling is None and above.parent is not None and above.parent.type == "body_statement":
        above = above.parent  # Ruby: the comment stands beside the body, not in it
    lines: list[str] = []
    row, before = above.start_point[0], above.prev_sibling
    while before is not None and (before.type in COMMENTS or before.type in BESIDE):
        ended = before.end_point[0] - (before.end_point[1] == 0 and before.end_point[0] > before.start_point[0])
        if ended < row - 1:
            break
        if before.type in COMMENTS:
            if before.prev_sibling is not None and before.prev_sibling.end_point[0] == before.start_point[0]:
                break  # it ends the line of something else
            lines.insert(0, _text(before))
        row, before = before.start_point[0], before.prev_sibling
    return cleaned("\n".join(lines))


def module_docstring(root: Any, language: str) -> str:
    """What a file begins with: Python's first string, else a first comment that a blank line sets apart."""
    if language == "python":
        return _first_string(root)
    first = next((child for child in root.named_children if child.type != "php_tag"), None)
    if first is None or first.type not in COMMENTS:
        return ""
    lines, last = [_text(first)], first
    while (after := last.next_sibling) is not None and after.type in COMMENTS and _adjoins(last, after):
        lines.append(_text(after))
        last = after
    return "" if after is not None and _adjoins(last, after) else cleaned("\n".join(lines))


def cleaned(comment: str) -> str:
    """Without the marks of comments and tags."""
    lines = [MARKS.sub("", MARKS.sub("", line)).rstrip() for line in comment.splitlines()]
    said = TAGS.sub("", "\n".join(lines)).strip()
    return said if len(said) <= LONGEST else said[:LONGEST] + " …"


def _adjoins(first: Any, second: Any) -> bool:
    row = first.end_point[0] - (first.end_point[1] == 0)
    return bool(second.start_point[0] <= row + 1)


def _first_string(body: Any) -> str:
    statement = next((child for child in body.named_children if child.type != "comment"), None) if body else None
    if statement is not None and statement.type == "expression_statement" and statement.named_children:
        statement = statement.named_children[0]
    if statement is None or statement.type != "string":
        return ""
    content = "".join(_text(part) for part in statement.named_children if part.type == "string_content")
    said = "\n".join(line.strip() for line in content.strip().splitlines())
    return said if len(said) <= LONGEST else said[:LONGEST] + " …"


def _text(node: Any) -> str:
    return str(node.text.decode("utf-8", "replace"))
