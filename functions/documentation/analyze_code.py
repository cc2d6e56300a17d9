"""POST /api/v1/documentation/analyze: what parsers and linters find in code, at once and at no cost."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.documentation.analysis import Depth, analyze
from assistant.documentation.request import CodeInput
from assistant.documentation.take_code import take_code
from assistant.http import DOCUMENTATION, Caller, lambda_handler
from assistant.http.documentation import AnalyzedCode

router = APIRouter(tags=["documentation"])


class AnalysisOrder(BaseModel):
    """quick: the structure; standard: dependencies, patterns and remarks too; deep: diagrams too."""

    code_input: CodeInput
    depth: Depth = "standard"


@router.post("/api/v1/documentation/analyze")
async def analyze_code(body: AnalysisOrder, caller: Caller) -> AnalyzedCode:
    taken = take_code(body.code_input)
    return AnalyzedCode.of(analyze(taken.files, body.depth, taken.skipped), body.depth)


handler = lambda_handler(router, limit=DOCUMENTATION)
