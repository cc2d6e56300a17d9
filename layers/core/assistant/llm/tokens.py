"""How many tokens a prompt can have at most, known before the call and without the model's tokenizer."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.llm.port import CompletionRequest, Message, Usage

PER_MESSAGE = 16
PER_REQUEST = 512


def input_tokens_upper_bound(messages: Iterable[Message], json_schema: Mapping[str, Any] | None = None) -> int:
    """Never fewer than the provider will count for these messages; what a hold is priced with.

    The argument, for tokenizers of the kinds in use (byte-level BPE: GPT, Llama 3, Qwen, SmolLM, Nova;
    SentencePiece with byte fallback: Llama 2, Mistral, Gemma; Claude's BPE):
    1. Text is first normalized (not at all, or to NFC, or to NFKC), then cut into tokens that partition its UTF-8
       bytes. Every token covers at least one byte, so there are at most as many tokens as bytes. Special tokens
       that the text happens to spell cover more bytes, never fewer. NFKC can make text longer (U+FDFA: 3 bytes
       become 33), so the longest of the three forms counts.
    2. The chat template adds control tokens, line ends and the role to each message. Known templates take 3 to 8
       tokens, and SentencePiece may add one for the leading space: PER_MESSAGE doubles that, and the role's bytes
       are counted.
    3. The template adds text of its own once per request: an opening for the answer, a default system prompt
       (SmolLM 72 bytes, Qwen 68), dates (Llama 3, 70 bytes), channel instructions (gpt-oss, ~330 bytes):
       PER_REQUEST covers the longest of them by its bytes.
    4. A JSON schema may be shown to the model as text, so its bytes count too, and as much again as in 3 for what
       introduces it.
    Tools and images are not part of the port; whoever adds them must add them here.
    """
    total = PER_REQUEST
    for message in messages:
        total += PER_MESSAGE + len(message.role) + _bytes(message.content)
    if json_schema is not None:
        total += PER_REQUEST + _bytes(json.dumps(json_schema, indent=4))
    return total


def usage_upper_bound(request: CompletionRequest, text: str, *, hidden: bool = False) -> Usage:
    """The most that a call can be billed for when it was cut off after `text` and the provider sent no count.

    `hidden`: the model has also made tokens that show nowhere, and only max_tokens bounds those.

    Each token of the answer shows as at least one byte, or is withheld because it is half a character.
    What the model made between the last piece read and the closed connection is in the slack: a token of ordinary
    text has three or four bytes.
    """
    made = request.max_tokens if hidden else len(text.encode("utf-8", "surrogatepass")) + 1
    return Usage(input_tokens_upper_bound(request.messages, request.json_schema), min(made, request.max_tokens))


def _bytes(text: str) -> int:
    if text.isascii():
        return len(text)
    forms = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFKC", text))
    return max(len(form.encode("utf-8", "surrogatepass")) for form in forms)
