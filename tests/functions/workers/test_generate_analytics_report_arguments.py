"""What the task `generate_analytics_report` takes."""

import pytest


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"report_type": "everything"},
        {"report_type": "cost", "format": "docx"},
        {"report_type": "cost", "date_range": {"start": "2026-02-01", "end": "2026-01-01"}},
        {"report_type": "cost", "date_range": {"start": "2024-01-01", "end": "2026-01-01"}},
        {"report_type": "cost", "date_range": {"start": "yesterday", "end": "today"}},
    ],
)
def test_arguments_are_checked(call, person, args):
    body = {"task_func": "generate_analytics_report", "task_args": args}
    assert call("tasks.submit_task", person(), json_body=body).status == 422
