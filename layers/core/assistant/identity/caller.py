"""The verified caller. Contexts that identity builds on take it from the platform, the others from here."""

from assistant.platform.caller import Caller

__all__ = ["Caller"]
