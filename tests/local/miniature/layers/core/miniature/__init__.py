"""A layer: importable by every function of the miniature."""

ANSWER = 42
