"""Turns a router with one endpoint into a Lambda function behind API Gateway: the only FastAPI and Mangum code."""

from assistant.http.app import create_app
from assistant.http.dependencies import AdminCaller, Caller, Db, GenerateCaller, SearchCaller
from assistant.http.handler import lambda_handler
from assistant.identity.rate_limits import BASIC, DOCUMENTATION, LLM, LOG_IN, REGISTER, SEARCH

__all__ = [
    "BASIC",
    "DOCUMENTATION",
    "LLM",
    "LOG_IN",
    "REGISTER",
    "SEARCH",
    "AdminCaller",
    "Caller",
    "Db",
    "GenerateCaller",
    "SearchCaller",
    "create_app",
    "lambda_handler",
]
