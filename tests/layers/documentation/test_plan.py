"""The plan: what the model sees fits, is whole, and is paid for."""

from itertools import pairwise

import pytest

from assistant.documentation.analysis import analyze
from assistant.documentation.inputs import SourceFile
from assistant.documentation.kinds import DETAIL_LEVELS, KINDS
from assistant.documentation.plan import PIECE_BYTES, plan
from assistant.documentation.prompt import PROMPT_TOKENS, piece_prompt, whole_prompt, worst_case
from assistant.documentation.request import DocumentationTask
from assistant.llm.prices import listed_price
from assistant.llm.tokens import input_tokens_upper_bound

LONG = "\n".join(f'def function_{n}(a, b):\n    """Does {n}."""\n    return a * b + {n}\n' for n in range(200))
ODD = "# ﷺﷺﷺ привет 😀\n" * 300
FILES = [SourceFile("a.py", LONG), SourceFile("b.py", "x = 1\n"), SourceFile("ﷺ" * 90 + ".py", ODD)]


def test_pieces_follow_each_other_without_gaps_and_fit():
    analysis = analyze(FILES[:1], "quick")
    made = plan(analysis, "comprehensive").pieces
    assert len(made) == DETAIL_LEVELS["comprehensive"][0] - 1 or made[-1].last == len(LONG.splitlines())
    for piece, following in pairwise(made):
        assert following.first == piece.last + 1
    assert all(len(piece.code.encode()) <= PIECE_BYTES for piece in made)
    assert all(piece.code.startswith("def ") for piece in made)  # cut where definitions begin


def test_each_file_gives_a_piece_before_any_gives_two():
    made = plan(analyze(FILES, "quick"), "detailed")
    assert {piece.path for piece in made.pieces} == {file.path for file in FILES}
    assert made.calls <= DETAIL_LEVELS["detailed"][0]


@pytest.mark.parametrize("level", DETAIL_LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_prompt_weighs_more_than_was_held_for(kind, level):
    analysis = analyze(FILES, "deep")
    made = plan(analysis, level)
    task = DocumentationTask(name="ﷺ" * 300, calls=made.calls, detail_level=level, documentation_type=kind)
    prompts = [whole_prompt(task, analysis), *(piece_prompt(task, piece) for piece in made.pieces)]
    assert len(prompts) == task.calls
    price = listed_price("local", "SmolLM2-135M-Instruct")
    spent = 0
    for prompt in prompts:
        tokens = input_tokens_upper_bound(prompt.messages)
        assert tokens <= PROMPT_TOKENS
        spent += price.worst_case(tokens, prompt.max_tokens)
    assert spent <= worst_case(task, price)


def test_the_model_is_shown_the_code():
    analysis = analyze([SourceFile("a.py", "def secret_name():\n    return 42\n")], "deep")
    [piece] = plan(analysis, "brief").pieces
    task = DocumentationTask(name="a", calls=2)
    assert "def secret_name():\n    return 42" in piece_prompt(task, piece).messages[1].content
    assert "secret_name" in whole_prompt(task, analysis).messages[1].content
