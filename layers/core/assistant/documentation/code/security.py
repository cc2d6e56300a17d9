"""Remarks on security: bandit for Python; for other languages rules of our own that look at single calls.

Our rules know no flow of data: each says which call it saw, and a reader judges. They find less than a scanner of the
language would; a file without remarks has not been shown to be safe.
"""

import logging
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.documentation.code.structure import CodeFile, Remark

SQL_TEXT = "SQL put together from parts: bind the values"
COMMAND = "a command put together from parts"
AUTHORS_CODE = "what is read back may run code of its author"
RUNS_TEXT = "runs text as code"
BROKEN = "a hash that is broken"
JS, JVM = ("javascript", "typescript", "tsx"), ("java", "kotlin")
# languages, callee, only when an argument is put together from parts, rule, severity, what it means
CALLS: tuple[tuple[tuple[str, ...], str, bool, str, str, str], ...] = (
    (JS, r"^(?:eval|new Function)$", False, "eval", "high", RUNS_TEXT),
    (JS, r"(?:^|\.)(?:exec|execSync)$", True, "shell-command", "high", COMMAND),
    (JS, r"^document\.write(?:ln)?$", False, "document-write", "medium", "writes markup into the page"),
    (JS, r"(?:^|\.)query$", True, "sql-text", "high", SQL_TEXT),
    (JS, r"^crypto\.createHash$", False, "weak-hash", "medium", ""),
    (JVM, r"(?:^|\.)exec$", True, "shell-command", "high", COMMAND),
    (JVM, r"(?:^|\.)(?:executeQuery|executeUpdate|execute|rawQuery)$", True, "sql-text", "high",
     SQL_TEXT),
    (JVM, r"MessageDigest\.getInstance$", False, "weak-hash", "medium", ""),
    (JVM, r"(?:^|\.)readObject$", False, "deserialization", "medium", AUTHORS_CODE),
    (("c", "cpp"), r"^gets$", False, "unbounded-read", "high", "cannot be told how much fits"),
    (("c", "cpp"), r"^(?:strcpy|strcat|sprintf|vsprintf)$", False, "unbounded-copy", "medium",
     "copies without a limit: the n-variant takes one"),
    (("c", "cpp"), r"^(?:system|popen)$", False, "shell-command", "medium", "runs a shell"),
    (("go",), r"(?:^|\.)(?:Query|QueryRow|Exec|QueryContext|ExecContext)$", True, "sql-text", "high",
     SQL_TEXT),
    (("go",), r"^(?:md5|sha1)\.(?:New|Sum)$", False, "weak-hash", "medium", BROKEN),
    (("php",), r"^(?:unserialize)$", False, "deserialization", "high", AUTHORS_CODE),
    (("php",), r"^(?:exec|system|shell_exec|passthru|popen)$", False, "shell-command", "medium", "runs a shell"),
    (("php",), r"(?:^|->|::)(?:query|mysqli_query|exec)$", True, "sql-text", "high",
     SQL_TEXT),
    (("php",), r"^(?:md5|sha1)$", False, "weak-hash", "low", BROKEN),
    (("ruby",), r"^(?:eval|instance_eval|class_eval)$", False, "eval", "high", RUNS_TEXT),
    (("ruby",), r"^(?:system|exec|spawn)$", True, "shell-command", "high", COMMAND),
    (("ruby",), r"^(?:Marshal|YAML)\.load$", False, "deserialization", "high", AUTHORS_CODE),
    (("csharp",), r"(?:^|\.)(?:MD5|SHA1)\.Create$", False, "weak-hash", "medium", BROKEN),
    (("csharp",), r"^new SqlCommand$|SqlCommand$", True, "sql-text", "high", SQL_TEXT),
)  # fmt: skip
COMPILED = tuple((languages, re.compile(callee), *rest) for languages, callee, *rest in CALLS)
LONGEST_LINE = 500
BROKEN_HASH = re.compile(r"[\"']\s*(?:md5|sha-?1)\s*[\"']", re.I)
LINES: tuple[tuple[tuple[str, ...], re.Pattern[str], str, str, str], ...] = (
    (JS, re.compile(r"\.(?:inner|outer)HTML\s*\+?=(?!=)|dangerouslySetInnerHTML"), "inner-html", "medium",
     "markup from a value: text that holds tags becomes tags"),
    (("go",), re.compile(r"InsecureSkipVerify:\s*true"), "tls-unverified", "high",
     "the other side's certificate is not checked"),
    (("php",), re.compile(r"\beval\s*\("), "eval", "high", RUNS_TEXT),
    (("php",), re.compile(r"\becho\s+\$_(?:GET|POST|REQUEST|COOKIE)"), "unescaped-output", "high",
     "what a visitor sends becomes markup"),
    (("rust",), re.compile(r"\bunsafe\s*(?:\{|fn|impl)"), "unsafe", "low", "the compiler's guarantees end here"),
    (("sql",), re.compile(r"\bgrant\s+all\b.*\bto\s+public\b", re.I), "grant-to-public", "high",
     "everyone may do everything"),
    (("csharp",), re.compile(r"\bBinaryFormatter\b"), "deserialization", "high", AUTHORS_CODE),
)  # fmt: skip
SECRET = re.compile(
    r"""(?ix)\b[\w.]*(?:passw(?:or)?d|secret|api_?key|access_?token|private_?key)\w*["']?\s*(?::=|=>|[:=])\s*
    ["'](?P<value>[^"'\s]{8,})["']"""
)
PLACEHOLDER = re.compile(
    r"(?i)^(?:\$|<|\{|%|x+$|\*+$|your|change|example|placeholder|test|dummy|none|null|env)|\{\w*\}|_SECRET$"
)
WITH_RULES = frozenset(
    language for languages in ([row[0] for row in CALLS] + [row[0] for row in LINES]) for language in languages
)


def security_remarks(files: Sequence[CodeFile]) -> list[Remark]:
    """The remarks on all files, by path and line."""
    found = [remark for file in files for remark in _own(file)]
    found += _bandit([file for file in files if file.language == "python"])
    return sorted(set(found), key=lambda remark: (remark.path, remark.line, remark.rule))


def _own(file: CodeFile) -> Iterator[Remark]:
    for call in file.calls:
        for languages, callee, only_dynamic, rule, severity, meaning in COMPILED:
            if file.language not in languages or not callee.search(call.name) or (only_dynamic and not call.dynamic):
                continue
            if not meaning:  # the hash is named in the argument
                if not BROKEN_HASH.search(call.arguments):
                    continue
                meaning = BROKEN
            yield Remark(file.path, call.line, rule, severity, f"{call.name}: {meaning}")
    lines = file.text.splitlines()
    for number, line in enumerate(lines, 1):
        for languages, pattern, rule, severity, meaning in LINES:
            if file.language in languages and pattern.search(line):
                yield Remark(file.path, number, rule, severity, meaning)
        if file.language == "python" or len(line) > LONGEST_LINE:  # bandit looks; or it was generated
            continue
        if (match := SECRET.search(line)) and not PLACEHOLDER.search(match["value"]):
            yield Remark(file.path, number, "secret-in-code", "high", "a secret stands in the code")


def _bandit(files: Sequence[CodeFile]) -> list[Remark]:
    """Bandit reads files, so they are laid into a folder under names of our own; nothing of them is imported or run."""
    if not files:
        return []
    from bandit.core import config, constants, manager

    for noisy in ("bandit", "stevedore"):  # formatters that are not installed, files with syntax errors
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, file in enumerate(files):
            path = Path(folder) / f"{number}.py"
            path.write_text(file.text, encoding="utf-8", errors="replace")
            names[str(path)] = file.path
        scan = manager.BanditManager(config.BanditConfig(), "file")
        scan.files_list = list(names)
        scan.run_tests()
        issues = scan.get_issue_list(sev_level=constants.LOW, conf_level=constants.MEDIUM)
    return [
        Remark(names[issue.fname], issue.lineno, f"{issue.test_id} {issue.test}", issue.severity.lower(),
               " ".join(issue.text.split()), "bandit")
        for issue in issues
    ]  # fmt: skip
