"""Whether what the demo did really happened: the record against itself, the documents and the ledger."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pg8000.native import Connection

from local.addresses import Addresses

MILLION = 1_000_000
LEVELS = 2  # the demo user's budget and the organisation's


def charged(addresses: Addresses, task_id: str) -> list[int]:
    """What the ledger's rows say that the task was charged, at each level, in micro-dollars."""
    database = Connection(
        addresses.database_owner,
        host=addresses.database_direct_host,
        port=addresses.database_direct_port,
        database=addresses.database_name,
    )
    try:
        rows = database.run(
            """SELECT sum(amount)::bigint FROM ledger_entries WHERE request_id = :task AND to_account = 'spent'
               GROUP BY budget_id ORDER BY budget_id""",
            task=task_id,
        )
    finally:
        database.close()
    return [row[0] for row in rows]


def prove(record: dict[str, Any], more: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    """What did not happen as it must, one line each; empty when all is well. `more` looks at the document itself."""
    result, failures = record["result"], []
    if record["task"]["status"] != "completed" or result is None:
        return [f"the task is {record['task']['status']}, not completed"]
    offsets = [message["offset"] for message in record["messages"] if message["offset"] is not None]
    first = record["connected_at"]["offset"] + 1
    if offsets != list(range(first, first + len(offsets))):
        failures.append(f"the socket's offsets have a gap: {offsets} after {first - 1}")
    if record["messages"][-1]["type"] != "task_completed":
        failures.append(f"the last message was {record['messages'][-1]['type']}")
    return failures + _money(record, result) + more(record)


def _money(record: dict[str, Any], result: dict[str, Any]) -> list[str]:
    cost, failures = round(record["settled"] * MILLION), []
    expected = sum(call["cost_microdollars"] for call in result["usage"]["each"])
    priced = sum(_priced(call) for call in result["usage"]["each"])
    if not cost == expected == priced:
        failures.append(f"the task cost {cost}, its calls {expected}, tokens times price {priced} micro-dollars")
    if record["ledger"] != [cost] * LEVELS:
        failures.append(f"the ledger charged {record['ledger']}, the task {cost} micro-dollars")
    used = record["budget_after"]["current_usage"] - record["budget_before"]["current_usage"]
    if round(used * MILLION) != cost:
        failures.append(f"/budget/status moved by {used:.6f}, the task cost {cost / MILLION:.6f} dollars")
    if not 0 < cost <= round(record["hold"] * MILLION):
        failures.append(f"the cost {cost} is not within the hold {record['hold']}")
    return failures


def _priced(call: dict[str, Any]) -> int:
    """Tokens times price, rounded up, in micro-dollars; an embedding without a price counts as it was charged."""
    if (price := call["price"]) is None:
        return int(call["cost_microdollars"])
    tokens = call["input_tokens"] * price["input"] + call["output_tokens"] * price["output"]
    return int(-(-tokens // MILLION))


def sources(record: dict[str, Any]) -> list[str]:
    """Every source of an RFC is a file that was uploaded, and says what is cited."""
    rfc = record["result"]
    paths = {document["document_id"]: document["path"] for document in record["documents"]}
    failures = []
    if not rfc["sources_used"]:
        failures.append("the RFC cites no source")
    elif not any(source["document_id"] in paths for source in rfc["sources_used"]):
        failures.append("the RFC cites none of the files that were uploaded")
    for source in rfc["sources_used"]:
        path = paths.get(source["document_id"])
        if path is None:
            continue  # of an earlier upload into the same cloud
        text = " ".join(Path(path).read_text().split())
        if source["excerpt"].removesuffix(" …") not in text:
            failures.append(f"{path} does not contain what is cited: {source['excerpt']}")
    return failures


def changes(record: dict[str, Any]) -> list[str]:
    """Every change stands where it says, costs its share, and the document has the accepted ones and only those."""
    result, state, original = record["result"], record["enhancement"], record["original"]
    hunks, failures = result["improvements"], []
    if not hunks and not result["dropped"]:
        failures.append("the model proposed no change at all")
    failures += [
        f"hunk {hunk['hunk_id']} is not at {hunk['start']}" for hunk in hunks
        if original[hunk["start"] : hunk["end"]] != hunk["before"]
    ]  # fmt: skip
    paid = sum(one["cost_microdollars"] for one in hunks + result["dropped"])
    if paid > round(record["settled"] * MILLION):
        failures.append(f"the changes cost {paid} micro-dollars, more than the task")
    if result["enhanced_content"] != _applied(original, hunks):
        failures.append("the enhanced document is not the original with every change")
    if state["content"] != _applied(original, hunks[:1]):
        failures.append("the document is not the original with the accepted change alone")
    for line in original.splitlines():
        if line.startswith(("#", "```", "hold =")) and line not in state["enhanced_content"].splitlines():
            failures.append(f"the structure is broken: {line} is gone")
    return failures


def _applied(text: str, hunks: list[dict[str, Any]]) -> str:
    for hunk in sorted(hunks, key=lambda hunk: -int(hunk["start"])):
        text = text[: hunk["start"]] + hunk["after"] + text[hunk["end"] :]
    return text
