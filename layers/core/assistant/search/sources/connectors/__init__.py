"""One module a source type, imported by the worker that syncs and by the test of a connection only."""
