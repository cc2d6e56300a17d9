"""Remarks on speed: rules of thumb on the text of the code, each of which says what it saw. Nothing is measured."""

import re
from collections.abc import Iterator

from assistant.documentation.code.structure import CodeFile, Remark

NESTED = 3
ROUND_TRIP = re.compile(
    r"(?:^|[.:>])(?:execute|executemany|executeQuery|executeUpdate|[qQ]uery|QueryRow|ExecContext|QueryContext|ExecuteReader|fetchone|fetchall|"
    r"urlopen|findOne|find_by|file_get_contents|mysqli_query|pg_query|ExecuteScalar)$"
    r"|^(?:requests|httpx|axios)\.(?:get|post|put|patch|delete|request)$|^fetch$"
)
BLOCKING = {
    "python": re.compile(
        r"^(?:time\.sleep|requests\.(?:get|post|put|patch|delete|request)|subprocess\.(?:run|call|check_\w+))$"
    ),
    "javascript": re.compile(r"(?:^|\.)(?:readFileSync|writeFileSync|execSync|spawnSync)$"),
}  # fmt: skip
BLOCKING["typescript"] = BLOCKING["tsx"] = BLOCKING["javascript"]
COPYING = frozenset({"python", "java", "csharp", "go", "kotlin"})  # text is copied whole when it grows
COMPILED = re.compile(r"^(?:re\.compile|Pattern\.compile|regexp\.(?:MustCompile|Compile)|new Regex|Regex::new)$")
SQL_RULES = (
    (re.compile(r"\bselect\s+\*", re.I), "select-all", "reads every column, also those that nobody asks for"),
    (re.compile(r"\blike\s+'%", re.I), "leading-wildcard", "no ordinary index serves a pattern that begins with %"),
    (re.compile(r"\bnot\s+in\s*\(\s*select\b", re.I), "not-in-subquery",
     "NOT IN over a subquery cannot become an anti-join; NOT EXISTS can"),
)  # fmt: skip


def performance_remarks(file: CodeFile) -> list[Remark]:
    """The remarks on one file, in the order of its lines."""
    found = [Remark(file.path, line, rule, severity, message) for line, rule, severity, message in _rules(file)]
    return sorted(set(found), key=lambda remark: (remark.line, remark.rule))


def _rules(file: CodeFile) -> Iterator[tuple[int, str, str, str]]:
    for function in file.functions:
        if function.deepest_loop >= NESTED:
            seen = f"{function.qualified} nests {function.deepest_loop} loops"
            yield function.line, "nested-loops", "medium", f"{seen}: the work grows with the product of their lengths"
    for call in file.calls:
        if call.loops and ROUND_TRIP.search(call.name):
            yield call.line, "round-trip-in-loop", "high", f"{call.name} in a loop: one round trip for each turn"
        if call.loops and COMPILED.search(call.name):
            yield call.line, "pattern-in-loop", "low", f"{call.name} in a loop: the pattern is compiled in each turn"
        blocking = BLOCKING.get(file.language)
        if call.in_async and blocking and blocking.search(call.name):
            yield call.line, "blocking-in-async", "high", f"{call.name} stops the event loop of an async function"
    if file.language in COPYING:
        for line in file.concatenations:
            yield line, "text-grows-in-loop", "low", "text grows in a loop: all of it is copied in each turn"
    if file.language == "sql":
        for number, line in enumerate(file.text.splitlines(), 1):
            code = line.partition("--")[0]
            for pattern, rule, message in SQL_RULES:
                if pattern.search(code):
                    yield number, rule, "medium", message
