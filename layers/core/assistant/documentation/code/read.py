"""A file of code parsed into its functions, types, imports and calls, in one walk that needs no recursion."""

import re
from dataclasses import dataclass
from typing import Any

from assistant.documentation.code import names
from assistant.documentation.code.comments import docstring_of, module_docstring
from assistant.documentation.code.languages import Language, parser
from assistant.documentation.code.structure import Call, CodeFile, Function, Import, Type

MOST_CALLS = 20_000  # of one file; remarks are drawn from them
RUBY_IMPORTS = frozenset({"require", "require_relative", "load"})
LAMBDAS = frozenset({"arrow_function", "function_expression", "function"})
GROWING = frozenset({"augmented_assignment", "augmented_assignment_expression", "assignment_expression"})
TEXTS = frozenset({
    "string", "string_literal", "interpolated_string_expression", "interpreted_string_literal", "template_string",
})  # fmt: skip


@dataclass(slots=True)
class _Around:
    """What a node stands in."""

    owner: str = ""
    function: Function | None = None
    loops: int = 0


def read_file(path: str, text: str, language: Language) -> CodeFile:
    """Parse a file. A broken file gives what could be read of it, and says how many places could not."""
    content = text.encode("utf-8", "surrogatepass")
    root = parser(language).parse(content).root_node
    found = CodeFile(path, language.name, text, text.count("\n") + (not text.endswith("\n") and bool(text)))
    found.docstring = module_docstring(root, language.name)
    stack: list[tuple[Any, _Around]] = [(root, _Around())]
    while stack:
        node, around = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            found.syntax_errors += 1
        inside = _note(found, node, around, language)
        stack += [(child, inside) for child in reversed(node.children)]
    found.functions.sort(key=lambda function: function.line)
    return found


def _note(found: CodeFile, node: Any, around: _Around, language: Language) -> _Around:
    """Write down what the node is; what its children stand in."""
    kind = node.type
    if kind in language.functions or _is_named_lambda(node):
        return _function(found, node, around, language)
    if kind in language.types and node.is_named:
        return _type(found, node, around, language)
    if kind == "impl_item":
        return _Around(names.base_name(names.text(node.child_by_field_name("type"))))
    if kind in language.imports and node.is_named:
        found.imports += [Import(module, node.start_point[0] + 1) for module in names.modules(node, language.name)]
    if kind in language.calls and node.is_named:
        _call(found, node, around, language)
    function = around.function
    if function and ((kind in language.decisions and node.is_named) or kind in language.operators):
        function.complexity += not names.is_default(node)
    if kind in language.loops and node.is_named:
        if function:
            function.deepest_loop = max(function.deepest_loop, around.loops + 1)
        return _Around(around.owner, function, around.loops + 1)
    if kind in GROWING and around.loops and _adds_text(node):
        found.concatenations.append(node.start_point[0] + 1)
    return around


def _function(found: CodeFile, node: Any, around: _Around, language: Language) -> _Around:
    name, owner = names.function_name(node, around.owner, language.name)
    if not name:
        return around
    signature = names.signature(node)
    function = Function(
        name=name,
        owner=owner,
        signature=signature,
        docstring=docstring_of(node, language.name),
        line=node.start_point[0] + 1,
        end_line=node.end_point[0] + 1,
        is_public=names.is_public(signature, name, language),
        is_async=bool(re.search(r"\b(async|suspend)\b", signature)),
    )
    found.functions.append(function)
    return _Around(owner, function)


def _type(found: CodeFile, node: Any, around: _Around, language: Language) -> _Around:
    name = names.type_name(node)
    if not name or (language.name in ("c", "cpp") and node.child_by_field_name("body") is None):
        return around  # a mention of a type, not its definition
    full = f"{around.owner}.{name}" if around.owner else name
    signature = names.signature(node)
    found.types.append(
        Type(
            name=full,
            kind=names.type_kind(node, language.types[node.type], signature),
            signature=signature,
            docstring=docstring_of(node, language.name),
            line=node.start_point[0] + 1,
            end_line=node.end_point[0] + 1,
            is_public=names.is_public(signature, name, language),
            bases=names.bases(node),
            references=names.foreign_keys(node) if node.type == "create_table" else [],
        )
    )
    return _Around(full)


def _call(found: CodeFile, node: Any, around: _Around, language: Language) -> None:
    arguments = names.arguments(node)
    end = arguments.start_byte if arguments is not None else node.end_byte
    name = " ".join(node.text[: end - node.start_byte].decode("utf-8", "replace").split())[-120:]
    if language.name == "ruby" and name in RUBY_IMPORTS and arguments is not None:
        module = names.text(arguments).strip("() \"'")
        found.imports.append(Import(module, node.start_point[0] + 1))
    elif language.name in ("javascript", "typescript", "tsx") and name == "require" and arguments is not None:
        found.imports.append(Import(names.text(arguments).strip("() \"'`"), node.start_point[0] + 1))
    if len(found.calls) < MOST_CALLS:
        found.calls.append(
            Call(
                name=name,
                arguments=names.text(arguments)[:400] if arguments is not None else "",
                line=node.start_point[0] + 1,
                loops=around.loops,
                dynamic=arguments is not None and names.is_put_together(arguments),
                in_async=bool(around.function and around.function.is_async),
            )
        )


def _is_named_lambda(node: Any) -> bool:
    """`const handler = (…) => …`: a function to whoever reads it."""
    if node.type != "variable_declarator":
        return False
    value = node.child_by_field_name("value")
    return value is not None and value.type in LAMBDAS


def _adds_text(node: Any) -> bool:
    operator, right = node.child_by_field_name("operator"), node.child_by_field_name("right")
    if right is None or operator is None or names.text(operator) != "+=":
        return False
    pending = [right]
    while pending:
        part = pending.pop()
        if part.type in TEXTS:
            return True
        if part.type in ("binary_operator", "binary_expression", "parenthesized_expression", "expression_list"):
            pending += part.children
    return False
