"""Every task type that a user may submit, of all contexts that do tasks; the context of tasks itself knows none."""

from assistant.generation import task_types as generation

TASK_TYPES = {**generation.TASK_TYPES}

# What the same task would cost at most with another model.
WORST_CASE_AT = {**generation.WORST_CASE_AT}
