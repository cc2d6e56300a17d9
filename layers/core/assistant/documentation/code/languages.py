"""The languages that are parsed: a grammar each, and what its nodes mean. A language is one entry of `LANGUAGES`."""

import importlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, eq=False)
class Language:
    """`functions` and `types` are node types; a type's value is the word for it. `private` and `public` are looked for
    in signatures: a match of `private` hides, and where `public` is given, only a match shows."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    functions: frozenset[str]
    types: dict[str, str]
    decisions: frozenset[str]
    loops: frozenset[str]
    imports: frozenset[str]
    calls: frozenset[str]
    entry: str = "language"
    operators: frozenset[str] = field(default=_set("&& ||"))
    private: str = ""
    public: str = ""


C_DECISIONS = "if_statement while_statement do_statement for_statement conditional_expression"
C_LOOPS = "for_statement while_statement do_statement"
JS_FUNCTIONS = (
    "function_declaration generator_function_declaration method_definition method_signature function_signature"
)
JS = {
    "decisions": _set(
        "if_statement while_statement do_statement for_statement for_in_statement switch_case catch_clause "
        "ternary_expression"
    ),
    "loops": _set(f"{C_LOOPS} for_in_statement"),
    "imports": _set("import_statement"),
    "calls": _set("call_expression new_expression"),
    "operators": _set("&& || ??"),
    "private": r"\b(private|protected)\b|^#",
}
HIDDEN = r"\b(private|protected|internal)\b"

LANGUAGES = (
    Language(
        "python", (".py", ".pyi"), "tree_sitter_python", _set("function_definition"), {"class_definition": "class"},
        _set("if_statement elif_clause for_statement while_statement except_clause case_clause conditional_expression "
             "for_in_clause if_clause assert_statement"),
        _set("for_statement while_statement for_in_clause"), _set("import_statement import_from_statement"),
        _set("call"), operators=_set("and or"), private=r"^(async )?(def|class) _(?!_\w+__)",
    ),
    Language(
        "javascript", (".js", ".mjs", ".cjs", ".jsx"), "tree_sitter_javascript", _set(JS_FUNCTIONS),
        {"class_declaration": "class"}, **JS,
    ),
    Language(
        "typescript", (".ts", ".mts", ".cts"), "tree_sitter_typescript", _set(JS_FUNCTIONS),
        {"class_declaration": "class", "abstract_class_declaration": "class", "interface_declaration": "interface",
         "enum_declaration": "enum"}, entry="language_typescript", **JS,
    ),
    Language(
        "tsx", (".tsx",), "tree_sitter_typescript", _set(JS_FUNCTIONS),
        {"class_declaration": "class", "abstract_class_declaration": "class", "interface_declaration": "interface",
         "enum_declaration": "enum"}, entry="language_tsx", **JS,
    ),
    Language(
        "java", (".java",), "tree_sitter_java", _set("method_declaration constructor_declaration"),
        {"class_declaration": "class", "interface_declaration": "interface", "enum_declaration": "enum",
         "record_declaration": "record"},
        _set("if_statement while_statement do_statement for_statement enhanced_for_statement switch_label catch_clause "
             "ternary_expression"),
        _set(f"{C_LOOPS} enhanced_for_statement"), _set("import_declaration"),
        _set("method_invocation object_creation_expression"), private=r"\b(private|protected)\b",
    ),
    Language(
        "go", (".go",), "tree_sitter_go", _set("function_declaration method_declaration"),
        {"type_spec": "struct"},
        _set("if_statement for_statement expression_case type_case communication_case"), _set("for_statement"),
        _set("import_spec"), _set("call_expression"), public=r"^(func (\([^)]*\) )?|type )?[A-Z]",
    ),
    Language(
        "c", (".c", ".h"), "tree_sitter_c", _set("function_definition"),
        {"struct_specifier": "struct", "union_specifier": "union", "enum_specifier": "enum"},
        _set(f"{C_DECISIONS} case_statement"), _set(C_LOOPS), _set("preproc_include"), _set("call_expression"),
        private=r"\bstatic\b",
    ),
    Language(
        "cpp", (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"), "tree_sitter_cpp", _set("function_definition"),
        {"class_specifier": "class", "struct_specifier": "struct", "union_specifier": "union",
         "enum_specifier": "enum"},
        _set(f"{C_DECISIONS} case_statement for_range_loop catch_clause"), _set(f"{C_LOOPS} for_range_loop"),
        _set("preproc_include"), _set("call_expression"), operators=_set("&& || and or"), private=r"^static\b",
    ),
    Language(
        "csharp", (".cs",), "tree_sitter_c_sharp",
        _set("method_declaration constructor_declaration local_function_statement"),
        {"class_declaration": "class", "interface_declaration": "interface", "struct_declaration": "struct",
         "record_declaration": "record", "enum_declaration": "enum"},
        _set(f"{C_DECISIONS} foreach_statement switch_section switch_expression_arm catch_clause"),
        _set(f"{C_LOOPS} foreach_statement"), _set("using_directive"),
        _set("invocation_expression object_creation_expression"), operators=_set("&& || ??"), private=HIDDEN,
    ),
    Language(
        "rust", (".rs",), "tree_sitter_rust", _set("function_item function_signature_item"),
        {"struct_item": "struct", "enum_item": "enum", "trait_item": "trait", "union_item": "union"},
        _set("if_expression while_expression for_expression loop_expression match_arm try_expression"),
        _set("for_expression while_expression loop_expression"),
        _set("use_declaration mod_item extern_crate_declaration"), _set("call_expression macro_invocation"),
        public=r"^pub\b",
    ),
    Language(
        "ruby", (".rb", ".rake"), "tree_sitter_ruby", _set("method singleton_method"),
        {"class": "class", "module": "module"},
        _set("if elsif unless while until for when rescue if_modifier unless_modifier while_modifier until_modifier "
             "conditional"),
        _set("while until for"), frozenset(), _set("call"), operators=_set("&& || and or"),
    ),
    Language(
        "php", (".php",), "tree_sitter_php", _set("function_definition method_declaration"),
        {"class_declaration": "class", "interface_declaration": "interface", "trait_declaration": "trait",
         "enum_declaration": "enum"},
        _set(f"{C_DECISIONS} else_if_clause foreach_statement case_statement catch_clause "
             "match_conditional_expression"),
        _set(f"{C_LOOPS} foreach_statement"),
        _set("namespace_use_clause require_expression require_once_expression include_expression "
             "include_once_expression"),
        _set("function_call_expression member_call_expression scoped_call_expression object_creation_expression"),
        entry="language_php", operators=_set("&& || ?? and or"), private=HIDDEN,
    ),
    Language(
        "kotlin", (".kt", ".kts"), "tree_sitter_kotlin", _set("function_declaration secondary_constructor"),
        {"class_declaration": "class", "object_declaration": "object"},
        _set("if_expression for_statement while_statement do_while_statement when_entry catch_block"),
        _set("for_statement while_statement do_while_statement"), _set("import"), _set("call_expression"),
        operators=_set("&& || ?:"), private=HIDDEN,
    ),
    Language(
        "sql", (".sql",), "tree_sitter_sql", _set("create_function create_procedure create_trigger"),
        {"create_table": "table", "create_view": "view", "create_materialized_view": "view", "create_type": "type"},
        _set("keyword_when keyword_if"), frozenset(), frozenset(), frozenset(),
        operators=_set("keyword_and keyword_or"),
    ),
)  # fmt: skip
BY_NAME = {language.name: language for language in LANGUAGES}
BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: str) -> Language | None:
    """By the suffix of a file's name; None for what is not parsed."""
    name = path.rpartition("/")[2].lower()
    return BY_SUFFIX.get(f".{name.rpartition('.')[2]}") if "." in name else None


@cache
def parser(language: Language) -> Any:
    """The parser of a language, loaded on first use: a grammar is a native library of up to some megabytes."""
    from tree_sitter import Language as Grammar
    from tree_sitter import Parser

    return Parser(Grammar(getattr(importlib.import_module(language.module), language.entry)()))
