"""Reading a stream of the OpenAI-compatible provider to its end."""

from assistant.llm.port import TextDelta


def collect(provider, request):
    """The text and the last event, or the error that ended the stream with the text until then."""
    text = ""
    try:
        for event in provider.stream(request):
            if isinstance(event, TextDelta):
                text += event.text
            else:
                return text, event
    except Exception as error:
        return text, error
    return text, None
