"""Every task type that may be submitted, of all contexts that do tasks; the context of tasks itself knows none."""

from assistant.analytics import task_types as analytics
from assistant.chat import modes as chat
from assistant.enhancement import task_types as enhancement
from assistant.generation import task_types as generation
from assistant.mail import task_types as mail
from assistant.search.sources import task_types as sources

ADMIN_TYPES = frozenset(sources.TASK_TYPES)  # only an administrator starts these
TASK_TYPES = {
    **generation.TASK_TYPES,
    **enhancement.TASK_TYPES,
    **mail.TASK_TYPES,
    **sources.TASK_TYPES,
    **analytics.TASK_TYPES,
}

# Questions too can be asked what they would cost, though they are submitted by their session.
ESTIMATED_TYPES = {**TASK_TYPES, **chat.TASK_TYPES}
