"""Titan and Cohere embeddings on Amazon Bedrock."""

import json
from collections.abc import Sequence
from typing import Any

from assistant.llm.port import ProviderProtocolError, ProviderRejected, ProviderThrottled, ProviderUnavailable
from assistant.platform import aws
from assistant.search.embeddings.openai_compatible import checked
from assistant.search.embeddings.port import Embedded, Kind, Model

COHERE = {"query": "search_query", "passage": "search_document"}
BUSY = ("ThrottlingException", "TooManyRequestsException", "ServiceQuotaExceededException")


class Bedrock:
    """A model by its id. The SDK's own retries are as the shared client has them: an embedding repeats cheaply."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def embed(self, texts: Sequence[str], kind: Kind, timeout: float) -> Embedded:
        """See Embedder.embed. `timeout` is the shared client's."""
        body: dict[str, Any]
        if self.model.name.startswith("cohere."):
            body = {"texts": list(texts), "input_type": COHERE[kind], "truncate": "END", "embedding_types": ["float"]}
        else:
            body = {"inputText": texts[0], "dimensions": self.model.dimensions, "normalize": True}
        answer, tokens = self._invoke(body)
        try:
            vectors = answer["embeddings"]["float"] if "texts" in body else [answer["embedding"]]
            made = tuple(tuple(map(float, vector)) for vector in vectors)
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderProtocolError(f"not an embedding: {error!r}", outcome_known=False) from error
        return Embedded(checked(made, len(texts), self.model), answer.get("inputTextTokenCount", tokens))

    def _invoke(self, body: dict[str, Any]) -> tuple[dict[str, Any], int | None]:
        status, code, told, answer = aws.invoke_model(self.model.name, json.dumps(body))
        if status is None:
            raise ProviderUnavailable(told, outcome_known=False)
        if code in BUSY:
            raise ProviderThrottled(told, outcome_known=True)
        if status >= 500:
            raise ProviderUnavailable(told, outcome_known=status not in (502, 504))
        if status >= 400:
            raise ProviderRejected(told, outcome_known=True)
        counted = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amzn-bedrock-input-token-count", "")
        try:
            return dict(json.loads(answer["body"].read())), int(counted) if counted.isdecimal() else None
        except ValueError as error:
            raise ProviderProtocolError(f"no JSON: {error}", outcome_known=False) from error
