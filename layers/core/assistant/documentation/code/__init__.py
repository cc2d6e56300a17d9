"""Code as it is written: what parsers and linters find in it. Nothing here is executed or asked of a model."""
