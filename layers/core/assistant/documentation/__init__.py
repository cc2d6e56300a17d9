"""Documentation of code: read by parsers, explained by a model, kept as documents."""
