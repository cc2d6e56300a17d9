"""Whether the assistant is well: probes, statistics, the score, conditions with their alerts, indexes to add."""
