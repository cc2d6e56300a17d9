"""Servers that speak the documented APIs of sources over real HTTP, with their paging, limits, errors and edits."""
