"""Remarks are on what is there, and on nothing else."""

import pytest

from assistant.documentation.code.performance import performance_remarks
from assistant.documentation.code.security import security_remarks

UNSAFE = [
    ("python", "import subprocess\nsubprocess.call(x, shell=True)\n", "B602"),
    ("javascript", "eval(input)\n", "eval"),
    ("javascript", "db.query('SELECT ' + name)\n", "sql-text"),
    ("typescript", "element.innerHTML = value\n", "inner-html"),
    ("java", 'class A { void f() { s.executeQuery("SELECT " + name); } }\n', "sql-text"),
    ("java", 'class A { void f() { MessageDigest.getInstance("MD5"); } }\n', "weak-hash"),
    ("go", 'package p\nfunc f() { db.Query("SELECT " + name) }\n', "sql-text"),
    ("go", "package p\nvar c = tls.Config{InsecureSkipVerify: true}\n", "tls-unverified"),
    ("c", "void f() { gets(b); }\n", "unbounded-read"),
    ("cpp", "void f() { strcpy(a, b); }\n", "unbounded-copy"),
    ("csharp", 'class A { void F() { var c = new SqlCommand("SELECT " + name); } }\n', "sql-text"),
    ("rust", "fn f() { unsafe { x() } }\n", "unsafe"),
    ("ruby", 'system("ls #{x}")\n', "shell-command"),
    ("php", "<?php\nunserialize($x);\n", "deserialization"),
    ("kotlin", 'fun f() { s.execute("SELECT " + name) }\n', "sql-text"),
    ("sql", "GRANT ALL ON t TO public;\n", "grant-to-public"),
    ("java", 'class A { String password = "hunter2hunter2"; }\n', "secret-in-code"),
]
SAFE = [
    ("javascript", "evaluate(input); db.query('SELECT 1'); element.textContent = value\n"),
    ("java", 'class A { void f() { s.executeQuery("SELECT 1"); MessageDigest.getInstance("SHA-256"); } }\n'),
    ("go", 'package p\nfunc f() { db.Query("SELECT $1", name) }\n'),
    ("c", "void f() { fgets(b, 10, stdin); strncpy(a, b, 4); }\n"),
    ("ruby", 'system("ls")\n'),
    ("java", 'class A { String password = "${DB_PASSWORD}"; }\n'),
    ("python", "def f(x: int) -> int:\n    return x + 1\n"),
]


@pytest.mark.parametrize(("language", "text", "rule"), UNSAFE)
def test_what_is_unsafe_is_remarked_on(parsed, language, text, rule):
    assert rule in [remark.rule.split()[0] for remark in security_remarks([parsed(language, text)])]


@pytest.mark.parametrize(("language", "text"), SAFE)
def test_what_is_safe_is_not(parsed, language, text):
    assert security_remarks([parsed(language, text)]) == []


def test_code_that_is_scanned_is_not_run(parsed, tmp_path):
    mark = tmp_path / "ran"
    security_remarks([parsed("python", f"open({str(mark)!r}, 'w').write('x')\n")])
    assert not mark.exists()


SLOW = [
    ("python", "def f():\n  for a in x:\n    for b in y:\n      for c in z:\n        pass\n", "nested-loops"),
    ("python", "for a in x:\n    cursor.execute('q')\n", "round-trip-in-loop"),
    ("python", "s = ''\nfor a in x:\n    s += 'y' + a\n", "text-grows-in-loop"),
    ("python", "async def f():\n    time.sleep(1)\n", "blocking-in-async"),
    ("python", "for a in x:\n    re.compile(a)\n", "pattern-in-loop"),
    ("javascript", "for (const a of x) { await fetch(a) }\n", "round-trip-in-loop"),
    ("java", 'class A { void f() { while (x) { s += "y"; } } }\n', "text-grows-in-loop"),
    ("go", "package p\nfunc f() { for i := range x { db.Query(q) } }\n", "round-trip-in-loop"),
    ("sql", "SELECT * FROM t;\n", "select-all"),
    ("sql", "SELECT a FROM t WHERE b LIKE '%x';\n", "leading-wildcard"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "rule"), SLOW)
def test_what_may_be_slow_is_remarked_on(parsed, language, text, rule):
    assert rule in [remark.rule for remark in performance_remarks(parsed(language, text))]


@pytest.mark.parametrize(
    ("language", "text"),
    [("python", "cursor.execute('q')\ns += 'x'\ntime.sleep(1)\n"), ("python", "for a in x:\n    n += 1\n"),
     ("sql", "-- SELECT * is avoided\nSELECT a FROM t WHERE b LIKE 'x%';\n"),
     ("javascript", "for (const a of x) { list.push(a) }\n")],
)  # fmt: skip
def test_what_is_not_slow_is_not(parsed, language, text):
    assert performance_remarks(parsed(language, text)) == []
