"""Reading names, signatures, bases and modules off the nodes of a tree, whatever the language."""

import re
from typing import Any

from assistant.documentation.code.languages import Language

LONGEST_SIGNATURE = 400
BODIES = frozenset({"function_body", "class_body", "enum_class_body", "declaration_list", "create_query",
                    "enum_body", "column_definitions"})  # fmt: skip
ARGUMENTS = frozenset({"argument_list", "arguments", "value_arguments", "token_tree"})
HERITAGE = frozenset({
    "argument_list", "class_heritage", "extends_clause", "implements_clause", "extends_type_clause", "superclass",
    "super_interfaces", "extends_interfaces", "type_list", "base_class_clause", "base_list", "trait_bounds",
    "base_clause", "class_interface_clause", "delegation_specifiers", "delegation_specifier", "constructor_invocation",
})  # fmt: skip
BASE = frozenset({
    "identifier", "attribute", "type_identifier", "generic_type", "scoped_type_identifier", "template_type",
    "qualified_identifier", "generic_name", "qualified_name", "constant", "scope_resolution", "name", "user_type",
    "member_expression", "nested_type_identifier",
})  # fmt: skip
RUBY = frozenset({"method", "singleton_method", "class", "module"})  # a body may begin with comments
PUT_TOGETHER = frozenset({
    "interpolation", "template_substitution", "interpolated_string_expression", "encapsed_string", "line_str_ref",
})  # fmt: skip
ARMS = frozenset({
    "case_statement", "switch_label", "switch_section", "when_entry", "match_arm", "case_clause",
    "switch_expression_arm",
})  # fmt: skip
DEFAULT = re.compile(r"(?:default|else)\b|(?:case )?_\s*(?:=>|:)")
IMPORT_WORDS = re.compile(r"^(import|using|use|include|#include|require|require_once|include_once|static|global)\b\s*")


def text(node: Any) -> str:
    """The text of a node; empty for none."""
    return node.text.decode("utf-8", "replace") if node is not None else ""


def base_name(written: str) -> str:
    """A type's name without its parameters, references and quotes."""
    return re.split(r"[<\[({]", written)[0].strip(" &*\"'`")


def function_name(node: Any, owner: str, language: str) -> tuple[str, str]:
    """(name, the type it belongs to); an empty name for what has none."""
    if language in ("c", "cpp"):
        return _declared_name(node, owner)
    if node.type.startswith("create_"):
        return text(_first(node, "object_reference")), owner
    if node.type == "secondary_constructor":
        return "constructor", owner
    name = text(node.child_by_field_name("name"))
    if language == "go" and (receiver := node.child_by_field_name("receiver")) is not None:
        owner = base_name(text(receiver).strip("()").split()[-1]) if text(receiver).strip("()") else ""
    return name, owner


def _declared_name(node: Any, owner: str) -> tuple[str, str]:
    """C's names stand in the middle of their declarators."""
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator") or _first(declarator, "function_declarator")
    if declarator is None:
        return "", owner
    name = text(declarator.child_by_field_name("declarator"))
    scope, _, last = name.rpartition("::")
    return (last, scope.replace("::", ".")) if scope else (name, owner)


def type_name(node: Any) -> str:
    name = node.child_by_field_name("name")
    if name is None:
        name = _first(node, "object_reference") or _first(node, "identifier")
    return base_name(text(name)).replace("::", ".")


def type_kind(node: Any, usual: str, written: str) -> str:
    """Go writes interfaces and Kotlin writes interfaces and enums with the same node as other types."""
    if node.type == "type_spec":
        kind = node.child_by_field_name("type")
        return {"interface_type": "interface", "struct_type": "struct"}.get(kind.type if kind else "", "type")
    if node.type == "class_declaration" and (match := re.match(r"(?:\w+ )*?(interface|enum)\b", written)):
        return match[1]
    return usual


def signature(node: Any) -> str:
    """What stands before the body, in one line."""
    if node.type == "type_spec":
        return f"type {text(node.child_by_field_name('name'))}"
    body = node.child_by_field_name("body")
    if node.type == "variable_declarator":
        body = node.child_by_field_name("value").child_by_field_name("body")
    if body is None:
        body = next((child for child in node.children if child.type in BODIES), None)
    end = body.start_byte if body is not None else node.end_byte
    before = " ".join(node.text[: end - node.start_byte].decode("utf-8", "replace").split())
    if node.type in RUBY:
        before = text(node).splitlines()[0].partition("#")[0].partition(";")[0].strip()
    before = re.sub(r"\s*(=>|[{=:;]|\bAS)$", "", before, count=1)
    return before if len(before) <= LONGEST_SIGNATURE else before[:LONGEST_SIGNATURE] + " …"


def is_public(written: str, name: str, language: Language) -> bool:
    """Whether others are meant to use it, by the language's own sign."""
    if language.private and (re.search(language.private, written) or re.search(language.private, name)):
        return False
    return not language.public or bool(re.search(language.public, written))


def bases(node: Any) -> list[str]:
    """What a type is derived from, in order, without type parameters."""
    found: list[str] = []
    heritage = [child for child in node.children if child.type in HERITAGE]
    if node.type == "type_spec":  # a struct's embedded types
        fields = _first(node.child_by_field_name("type"), "field_declaration_list")
        heritage = []
        for child in fields.named_children if fields is not None else []:
            if child.type == "field_declaration" and child.child_by_field_name("name") is None:
                found.append(base_name(text(child.child_by_field_name("type"))))
    pending = heritage[::-1]
    while pending:
        part = pending.pop()
        if part.type in HERITAGE:
            pending += reversed(part.named_children)
        elif part.type in BASE:
            found.append(base_name(text(part)).replace("::", "."))
    return list(dict.fromkeys(filter(None, found)))


def foreign_keys(node: Any) -> list[str]:
    """The tables that a table's constraints name."""
    found, pending = [], [node]
    while pending:
        part = pending.pop()
        before = None
        for child in part.children:
            if before == "keyword_references" and child.type == "object_reference":
                found.append(text(child))
            before = child.type
            pending.append(child)
    return list(dict.fromkeys(reversed(found)))


def modules(node: Any, language: str) -> list[str]:
    """What an import names."""
    if language == "python":
        if node.type == "import_from_statement":
            module = text(node.child_by_field_name("module_name"))
            named = [text(name.child_by_field_name("name") or name) for name in node.children_by_field_name("name")]
            return [f"{module}.{name}" for name in named] or [module]
        return [text(name.child_by_field_name("name") or name) for name in node.children_by_field_name("name")]
    if language in ("javascript", "typescript", "tsx"):
        return list(filter(None, [text(node.child_by_field_name("source")).strip("\"'`")]))
    if language == "rust":
        if node.type == "mod_item":
            return (
                []
                if node.child_by_field_name("body") is not None
                else [f"self::{text(node.child_by_field_name('name'))}"]
            )
        if node.type == "extern_crate_declaration":
            return [text(node.child_by_field_name("name"))]
        return [re.split(r"::\{|::\*| as ", text(node.child_by_field_name("argument")))[0]]
    path = node.child_by_field_name("path")
    written = text(path if path is not None else node)
    for _ in range(2):
        written = IMPORT_WORDS.sub("", written.strip())
    if language == "csharp":
        written = written.rpartition("=")[2]
    return [re.split(r"\s+as\s+", written)[0].strip(" ;<>\"'()").removesuffix(".*")]


def arguments(node: Any) -> Any:
    """The node of a call's arguments, or None."""
    found = node.child_by_field_name("arguments")
    return found if found is not None else next((c for c in node.children if c.type in ARGUMENTS), None)


def is_put_together(node: Any) -> bool:
    """Whether something inside is text joined with something that is not text."""
    pending = [node]
    while pending:
        part = pending.pop()
        if part.type in PUT_TOGETHER and part.named_child_count:
            return True
        if part.type in ("binary_expression", "binary_operator", "binary"):
            operator = next((child.type for child in part.children if not child.is_named), "")
            sides = {child.type for child in part.named_children}
            if operator in ("+", ".", "%") and any("string" in side for side in sides) and len(sides) > 1:
                return True
        pending += part.named_children
    return False


def is_default(node: Any) -> bool:
    """`default:` and `else` arms are no decision of their own."""
    return node.type in ARMS and bool(DEFAULT.match(text(node)))


def _first(node: Any, kind: str) -> Any:
    return next((child for child in node.children if child.type == kind), None) if node is not None else None
