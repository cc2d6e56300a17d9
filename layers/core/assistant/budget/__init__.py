"""Budgets that are never overspent: holds before a call, settlement after it, and what is left."""
