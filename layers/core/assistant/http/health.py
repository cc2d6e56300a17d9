"""What the health endpoints answer."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from assistant.monitoring.health import Component, verdict

Standing = Literal["healthy", "degraded", "critical"]


class ComponentHealth(BaseModel):
    """`latency_ms`: how long the probe took. `detail` is for signed-in callers."""

    status: Standing
    latency_ms: float
    detail: str | None = None


class SystemHealth(BaseModel):
    """critical: nothing works; degraded: something is slower or missing, and the rest works."""

    status: Standing
    components: dict[str, ComponentHealth]

    @classmethod
    def of(cls, components: Sequence[Component], *, details: bool) -> "SystemHealth":
        return cls(
            status=verdict(components),
            components={
                one.name: ComponentHealth(
                    status=one.status, latency_ms=one.latency_ms, detail=one.detail if details else None
                )
                for one in components
            },
        )
