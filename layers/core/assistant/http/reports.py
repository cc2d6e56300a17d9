"""What the report endpoints answer."""

from datetime import date, datetime

from pydantic import BaseModel

from assistant.analytics.store import StoredReport


class ReportSummary(BaseModel):
    """A report that was made. The days are the organisation's, both with."""

    report_id: str
    report_type: str
    format: str
    title: str
    start: date
    end: date
    whole_organization: bool
    created_at: datetime

    @classmethod
    def of(cls, report: StoredReport) -> "ReportSummary":
        return cls(
            report_id=report.report_id,
            report_type=report.report_type,
            format=report.format,
            title=report.title,
            start=report.starts_on,
            end=report.ends_on,
            whole_organization=report.whole_organization,
            created_at=report.created_at,
        )
