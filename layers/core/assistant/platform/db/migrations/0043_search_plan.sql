-- The unique key of a chunk begins with its document already, and with this index the planner reads a small
-- organization's chunks by document instead of by the query's words.
DROP INDEX chunks_document;
