"""`make demo`, as a person runs it, against the cloud that runs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT

STAGES = ["queued", "budget_held", "context_fetched", "generating", "quality_checked", "done"]


@pytest.fixture(scope="module")
def demo(cloud, tmp_path_factory):
    """(what it printed, build/demo.json, build/demo.md)"""
    build = tmp_path_factory.mktemp("build")
    command = [sys.executable, "-m", "local", "--state", cloud.addresses.state, "demo"]
    docs = tmp_path_factory.mktemp("docs")
    for path in sorted((ROOT / "docs" / "decisions").glob("02*.md")):  # few, for the model reads each
        shutil.copy(path, docs)
    options = ["--words", "100", "--docs", str(docs), "--build", str(build)]
    ended = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return ended.stdout, json.loads((build / "demo.json").read_text()), (build / "demo.md").read_text()


def test_it_finds_nothing_to_complain_about(demo):
    printed, record, _ = demo
    assert record["failures"] == []
    assert "FAILED" not in printed


def test_every_stage_came_in_order_with_its_time(demo):
    _, record, _ = demo
    stages = [stage["stage"] for stage in record["stages"]]
    assert list(dict.fromkeys(stages)) == STAGES
    seconds = [stage["seconds"] for stage in record["stages"]]
    assert seconds == sorted(seconds)
    progress = [stage["progress"] for stage in record["stages"]]
    assert (progress, progress[0], progress[-1]) == (sorted(progress), 0, 100)


def test_the_offsets_have_no_gap_and_end_in_completion(demo):
    _, record, _ = demo
    offsets = [message["offset"] for message in record["messages"] if message["offset"] is not None]
    first = record["connected_at"]["offset"] + 1
    assert offsets == list(range(first, first + len(offsets)))
    assert len(offsets) >= len(STAGES)
    assert record["messages"][-1]["type"] == "task_completed"


def test_the_cost_is_the_same_everywhere(demo, user):
    _, record, _ = demo
    cost = round(record["settled"] * 1e6)
    usage = record["result"]["usage"]
    priced = 0
    for call in usage["each"]:
        price = call["price"]
        if price is None:  # an embedding, priced by its collection
            priced += call["cost_microdollars"]
            continue
        tokens = call["input_tokens"] * price["input"] + call["output_tokens"] * price["output"]
        priced += -(-tokens // 1_000_000)
    spent = record["budget_after"]["current_usage"] - record["budget_before"]["current_usage"]
    assert cost == priced == round(spent * 1e6) > 0
    assert record["ledger"] == [cost, cost]
    assert cost <= round(record["hold"] * 1e6)
    assert round(user.task(record["task"]["task_id"])["cost"] * 1e6) == cost


def test_the_rfc_has_the_templates_sections_and_cites_the_uploaded_files(demo):
    _, record, document = demo
    headings = [line.removeprefix("## ") for line in document.splitlines() if line.startswith("## ")]
    assert headings[:7] == [
        "Summary", "Context and problem", "Goals and non-goals", "Proposal", "Alternatives considered",
        "Risks and rollout", "Sources",
    ]  # fmt: skip
    assert headings[7:] in ([], ["Citations taken away"])
    assert record["result"]["model"] in document
    assert record["sources_used"]
    for source in record["sources_used"]:
        [path] = [Path(item["path"]) for item in record["documents"] if item["document_id"] == source["document_id"]]
        assert source["excerpt"].removesuffix(" …") in " ".join((ROOT / path).read_text().split())
        assert source["excerpt"] in document
    assert record["result"]["rfc_content"] == document
