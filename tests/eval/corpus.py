"""A public corpus with judgments that nobody made up: the manual pages of Debian, in English and in Russian.

A page's NAME line says in one sentence what the page is about ("mmap - map files or devices into memory"). That line is
taken out of the page; its sentence becomes a query and the page the answer. Pages with the same sentence are all
answers. The same page in the other language is neither right nor wrong, so it is left out of a ranking.

`python -m tests.eval.corpus FOLDER` fetches the packages with `apt-get download` and unpacks them there; nothing is
installed.
"""

import gzip
import random
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("manpages", "manpages-dev", "git-man", "manpages-ru", "manpages-ru-dev")
SEED = 20261123
QUERIES = {"en": 300, "ru": 150}
LEAST_WORDS = 4
MOST_ANSWERS = 3  # a sentence that more pages share asks for none of them

ESCAPES = {
    "\\-": "-", "\\(aq": "'", "\\(lq": '"', "\\(rq": '"', "\\e": "\\", "\\(em": "—", "\\(en": "-", "\\(bu": "•",
    "\\ ": " ", "\\&": "", "\\%": "", "\\~": " ", "\\:": "", "\\|": "", "\\^": "", "\\c": "", "\\.": ".",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A manual page without its NAME section. `key` is "en/mmap.2"."""

    key: str
    language: str
    title: str
    text: str
    says: str


@dataclass(frozen=True)
class Query:
    text: str
    language: str
    answers: frozenset[str]
    ignored: frozenset[str]


def fetch(folder: Path) -> None:
    """Download and unpack the packages, unless they are there."""
    if (folder / "usr/share/man/ru").is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True, capture_output=True)
    for archive in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)


def pages(folder: Path) -> list[Page]:
    """Every page that has a text of its own; a page that only refers to another is none."""
    found = []
    for language, root in (("en", folder / "usr/share/man"), ("ru", folder / "usr/share/man/ru")):
        for path in sorted(path for path in root.glob("man[1-8]/*.gz") if not path.is_symlink()):
            page = read(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"), path.stem, language)
            if page is not None:
                found.append(page)
    return found


def queries(found: list[Page]) -> list[Query]:
    """A seeded sample of each language."""
    sharing: dict[tuple[str, str], list[Page]] = defaultdict(list)
    for page in found:
        sharing[page.language, page.says.casefold()].append(page)
    keys = {page.key for page in found}
    made = []
    for language, most in QUERIES.items():
        able = [
            group
            for (spoken, says), group in sorted(sharing.items())
            if spoken == language and len(says.split()) >= LEAST_WORDS and len(group) <= MOST_ANSWERS
        ]
        for group in random.Random(SEED).sample(able, min(most, len(able))):
            other = "ru" if language == "en" else "en"
            twins = {f"{other}/{page.key.partition('/')[2]}" for page in group} & keys
            made.append(Query(group[0].says, language, frozenset(page.key for page in group), frozenset(twins)))
    return made


def read(source: str, name: str, language: str) -> Page | None:
    """Roff to Markdown, as much of it as reading needs."""
    lines, says, section = [], [], ""
    shown = True
    for raw in source.splitlines():
        if raw.startswith((".so ", '.\\"', "'\\\"")):
            continue
        macro, _, rest = raw.partition(" ")
        if macro == ".SH":
            section = plain(rest)
            shown = section.upper() not in ("NAME", "ИМЯ", "НАЗВАНИЕ")
            if shown:
                lines.append(f"\n## {section}\n")
        elif not shown:
            says.append(plain(rest if macro.startswith(".") else raw))
        elif macro == ".SS":
            lines.append(f"\n### {plain(rest)}\n")
        elif macro in (".PP", ".P", ".LP", ".TP", ".IP", ".RS", ".RE"):
            lines.append("")
            if macro == ".IP" and rest:
                lines.append(plain(rest.split('"')[1] if rest.startswith('"') else rest.split()[0]))
        elif re.match(r"\.(B|I|R|BR|RB|BI|IB|IR|RI|SM|SB)\b", macro):
            lines.append(plain(joined(rest, macro)))
        elif not raw.startswith((".", "'")) and section:
            lines.append(plain(raw))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    _, dash, about = " ".join(says).partition(" - ")
    if not dash or len(text) < 300:
        return None
    stem, _, number = name.rpartition(".")
    return Page(f"{language}/{name}", language, f"{stem}({number})", text, " ".join(about.split()).strip(" ."))


def joined(rest: str, macro: str) -> str:
    """The arguments of a font macro: alternating fonts stick together, one font keeps its spaces."""
    parts = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', rest)]
    return ("" if len(macro) == 3 and macro[1] != macro[2] else " ").join(parts)


def plain(text: str) -> str:
    """Text without roff's escapes."""
    text = re.sub(r"\\f(\[[^\]]*\]|\(..|.)", "", text)
    text = re.sub(r"\\s[+-]?\d", "", text)
    for escape, character in ESCAPES.items():
        text = text.replace(escape, character)
    return re.sub(r"\\\*?(\[[^\]]*\]|\(..)", "", text).strip('" ')


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
    everything = pages(Path(sys.argv[1]))
    asked = queries(everything)
    for spoken in QUERIES:
        print(
            spoken,
            sum(page.language == spoken for page in everything), "pages,",
            sum(query.language == spoken for query in asked), "queries",
        )  # fmt: skip
