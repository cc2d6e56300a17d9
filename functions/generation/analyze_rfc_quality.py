"""POST /api/v1/ai-enhancement/rfc/analyze-quality: four scores of a text, what cost each its points, what to do."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from assistant.generation.quality import WEIGHTS
from assistant.generation.quality_report import analyze
from assistant.http import DOCUMENTATION, Caller, lambda_handler
from assistant.search.models import Text

router = APIRouter(tags=["ai-enhancement"])


class RfcToAnalyze(BaseModel):
    rfc_content: Annotated[Text, StringConstraints(min_length=1, max_length=200_000)]
    rfc_title: Annotated[Text, StringConstraints(min_length=1, max_length=500)]


class PartScore(BaseModel):
    """`score` 0 to 100, `weight` in the overall score, and what cost it points."""

    score: float
    weight: float
    reasons: list[str]


class RfcQuality(BaseModel):
    """Computed from the text by rules, without a model and without a charge."""

    structure: PartScore
    completeness: PartScore
    technical_depth: PartScore
    clarity: PartScore
    overall: float
    suggestions: list[str]
    missing_sections: list[str]
    weak_areas: list[str]


@router.post("/api/v1/ai-enhancement/rfc/analyze-quality")
async def analyze_rfc_quality(body: RfcToAnalyze, caller: Caller) -> RfcQuality:
    report = analyze(body.rfc_content, body.rfc_title)
    parts = {
        part: PartScore(score=report.quality[part], weight=weight, reasons=report.quality["reasons"][part])
        for part, weight in WEIGHTS.items()
    }
    return RfcQuality(
        **parts,
        overall=report.quality["overall"],
        suggestions=report.suggestions,
        missing_sections=report.missing_sections,
        weak_areas=report.weak_areas,
    )


handler = lambda_handler(router, limit=DOCUMENTATION)
