"""The arguments of the task `generate_analytics_report`."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_DAYS = 366

ReportType = Literal["usage", "cost", "tasks", "search", "quality"]
Format = Literal["json", "md", "html", "pdf"]


class DateRange(BaseModel):
    """Days of the organisation's clock, both with."""

    model_config = ConfigDict(extra="forbid")

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 <= (self.end - self.start).days < MOST_DAYS:
            raise ValueError(f"end must not be before start, nor {MOST_DAYS} days after it or more")
        return self


class ReportRequest(BaseModel):
    """What the report is about. Administrators get the whole organisation's numbers, others their own."""

    model_config = ConfigDict(extra="forbid")

    report_type: ReportType
    date_range: DateRange | None = Field(default=None, description="The last 30 days when left out")
    include_charts: bool = True
    format: Format = "html"
