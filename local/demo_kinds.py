"""What `make demo` can do: which task it submits, what it shows of the result, and what more it proves."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local import demo_proof

Record = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of demo.

    `task`: (type, arguments) from what was uploaded and asked for. `after` may call the API once the task has ended;
    what it returns joins the record. `prove` says what did not happen as it must.
    """

    docs: str
    task: Callable[[list[Record], str, int], tuple[str, Record]]
    document: Callable[[Record], str]
    after: Callable[[httpx.Client, Record], Record]
    prove: Callable[[Record], list[str]]
    summary: Callable[[Record], list[str]]


def _rfc(_: list[Record], topic: str, words: int) -> tuple[str, Record]:
    return "llm_generate_rfc", {"topic": topic, "target_length": words}


def _rfc_summary(record: Record) -> list[str]:
    rfc = record["result"]
    sources = ", ".join(sorted({source["filename"] for source in rfc["sources_used"]}))
    return [f"quality    {rfc['quality']['overall']} of 100", f"sources    {sources}"]


def _enhance(documents: list[Record], _: str, __: int) -> tuple[str, Record]:
    return "llm_enhance_document", {"document_id": documents[0]["document_id"], "enhancement_type": "grammar"}


def _decide(http: httpx.Client, record: Record) -> Record:
    """Accept the first change and reject the second, as a person would; then read the document."""
    if record["task"]["status"] != "completed":
        return {}
    address = f"/api/v1/enhancements/{record['task']['task_id']}"
    for hunk, decision in zip(record["result"]["improvements"], ("accept", "reject"), strict=False):
        answer = http.post(f"{address}/hunks/{hunk['hunk_id']}", json={"decision": decision})
        answer.raise_for_status()
    answer = http.get(address)
    answer.raise_for_status()
    return {"original": Path(record["documents"][0]["path"]).read_text(), "enhancement": answer.json()}


def _enhance_summary(record: Record) -> list[str]:
    result, state = record["result"], record["enhancement"]
    lines = [f"changes    {len(result['improvements'])} offered, {len(result['dropped'])} dropped, "
             f"{state['accepted']} accepted, {state['rejected']} rejected"]  # fmt: skip
    for hunk in state["hunks"]:
        lines += [f"  [{hunk['decision'] or 'open'}] ${hunk['cost']:.6f}  {hunk['reason']}",
                  f"    - {hunk['before']}", f"    + {hunk['after']}"]  # fmt: skip
    return lines + [f"  [dropped] {one['why']}: {one.get('after', 'no usable answer')}" for one in result["dropped"]]


KINDS = {
    "rfc": Kind("docs/decisions", _rfc, lambda result: str(result["rfc_content"]), lambda *_: {}, demo_proof.sources,
                _rfc_summary),
    "enhance": Kind("local/demo_draft", _enhance, lambda result: str(result["enhanced_content"]), _decide,
                    demo_proof.changes, _enhance_summary),
}  # fmt: skip
