"""The numbers of the reports on search and on the quality of what was written."""

from assistant.analytics.report import Chart, Report, Scope, Total, labels, table_of, values
from assistant.budget.money import dollars
from assistant.platform.db import UnitOfWork

# What the user may find is the organisation's; what was added is counted by who added it.
DOCUMENTS = """FROM documents d JOIN organizations o ON o.organization_id = d.organization_id
    WHERE d.organization_id = CAST(:organization AS uuid) AND (:whole OR d.uploaded_by = CAST(:user AS uuid))
      AND d.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND d.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""
EMBEDDINGS = """FROM llm_calls c JOIN organizations o ON o.organization_id = c.organization_id
    WHERE c.organization_id = CAST(:organization AS uuid) AND (:whole OR c.user_id = CAST(:user AS uuid))
      AND c.purpose IN ('embed_query', 'embed_document')
      AND c.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND c.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""
RFCS = """FROM rfcs r JOIN organizations o ON o.organization_id = r.organization_id
    WHERE r.organization_id = CAST(:organization AS uuid) AND (:whole OR r.user_id = CAST(:user AS uuid))
      AND r.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND r.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""
HUNKS = """FROM enhancements e JOIN organizations o ON o.organization_id = e.organization_id
    JOIN enhancement_hunks h ON h.task_id = e.task_id AND h.organization_id = CAST(:organization AS uuid)
    WHERE e.organization_id = CAST(:organization AS uuid) AND (:whole OR e.user_id = CAST(:user AS uuid))
      AND e.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND e.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""

DOCUMENT_MEASURES = """count(*) AS documents, CAST(coalesce(sum(d.chunk_count), 0) AS bigint) AS chunks,
    CAST(coalesce(sum(d.size_bytes), 0) AS bigint) AS bytes"""
SCORES = """CAST(avg(CAST(r.quality ->> 'overall' AS float8)) AS float8) AS overall,
    CAST(avg(CAST(r.quality ->> 'structure' AS float8)) AS float8) AS structure,
    CAST(avg(CAST(r.quality ->> 'completeness' AS float8)) AS float8) AS completeness,
    CAST(avg(CAST(r.quality ->> 'technical_depth' AS float8)) AS float8) AS technical_depth,
    CAST(avg(CAST(r.quality ->> 'clarity' AS float8)) AS float8) AS clarity"""
HUNK_MEASURES = """count(*) AS proposed, count(*) FILTER (WHERE h.dropped IS NOT NULL) AS dropped,
    count(*) FILTER (WHERE h.decision = 'accept') AS accepted,
    count(*) FILTER (WHERE h.decision = 'reject') AS rejected"""
PARTS = ("overall", "structure", "completeness", "technical_depth", "clarity")


def search(work: UnitOfWork, scope: Scope) -> Report:
    """What came into the index, and what making and asking its vectors took."""
    [total] = work.run(f"SELECT {DOCUMENT_MEASURES} {DOCUMENTS}", **scope.binds)
    kinds = work.run(
        f"SELECT d.source_type AS name, {DOCUMENT_MEASURES} {DOCUMENTS} GROUP BY 1 ORDER BY 2 DESC, 1", **scope.binds
    )
    vectors = work.run(
        f"""SELECT c.purpose AS name, count(*) AS calls, CAST(coalesce(sum(c.input_tokens), 0) AS bigint) AS tokens,
                   CAST(coalesce(sum(c.cost), 0) AS bigint) AS cost,
                   CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.duration_ms) / 1000 AS float8) AS median
            {EMBEDDINGS} GROUP BY 1 ORDER BY 1""",
        **scope.binds,
    )
    queries = sum(row["calls"] for row in vectors if row["name"] == "embed_query")
    return Report(
        "search",
        "What search knows",
        scope,
        [
            Total("Documents added", total["documents"]),
            Total("Chunks of them", total["chunks"]),
            Total("Bytes of them", total["bytes"]),
            Total("Queries that got a vector of their own", queries),
        ],
        [
            table_of("Documents by source", "Source", {"Documents": "", "Chunks": "", "Bytes": ""}, kinds,
                     lambda row: (row["documents"], row["chunks"], row["bytes"])),
            table_of("Vectors", "For", {"Calls": "", "Tokens": "", "Cost": "dollars", "Median": "seconds"}, vectors,
                     lambda row: (row["calls"], row["tokens"], dollars(row["cost"]), row["median"])),
        ],
        [
            Chart("documents_by_source", "Documents by source", "bars", labels(kinds),
                  values(kinds, "documents")),
        ],
        ["A query that was asked before takes its vector from the cache, and one by words alone needs none: neither is "
         "counted as a query here."],
    )  # fmt: skip


def quality(work: UnitOfWork, scope: Scope) -> Report:
    """How good the documents were by their own scores, and how much of what was proposed people took."""
    [total] = work.run(f"SELECT count(*) AS documents, {SCORES} {RFCS}", **scope.binds)
    models = work.run(f"SELECT r.model AS name, count(*) AS documents, {SCORES} {RFCS} GROUP BY 1 ORDER BY 2 DESC, 1",
                      **scope.binds)  # fmt: skip
    [hunks] = work.run(f"SELECT {HUNK_MEASURES} {HUNKS}", **scope.binds)
    kinds = work.run(
        f"SELECT e.enhancement_type AS name, {HUNK_MEASURES} {HUNKS} GROUP BY 1 ORDER BY 2 DESC, 1", **scope.binds
    )
    decided = hunks["accepted"] + hunks["rejected"]
    counted = ("proposed", "dropped", "accepted", "rejected")
    return Report(
        "quality",
        "Quality of what was written",
        scope,
        [
            Total("RFCs", total["documents"]),
            Total("Their score, of 100", total["overall"]),
            Total("Changes proposed", hunks["proposed"]),
            Total("Accepted of those decided", 100 * hunks["accepted"] / decided if decided else None, "percent"),
        ],
        [
            table_of("RFCs by model", "Model",
                     {"RFCs": "", **{part.replace("_", " ").capitalize(): "" for part in PARTS}}, models,
                     lambda row: (row["documents"], *(row[part] for part in PARTS))),
            table_of("Changes by kind of enhancement", "Kind", {name.capitalize(): "" for name in counted}, kinds,
                     lambda row: tuple(row[name] for name in counted)),
        ],
        [
            Chart("score_parts", "Average score by part", "bars", [part.replace("_", " ") for part in PARTS],
                  [float(total[part] or 0) for part in PARTS]),
            Chart("decisions", "What became of the changes", "bars", list(counted),
                  [float(hunks[name]) for name in counted]),
        ],
        ["The scores are computed from the text, part by part; nobody's opinion is in them."],
    )  # fmt: skip
