"""What the feedback endpoints take."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL characters are not text")
    return text


Storable = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_storable)]
Context = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
Target = Annotated[Storable, StringConstraints(min_length=1, max_length=200)]
Reason = Annotated[Storable, StringConstraints(max_length=200)]
Comment = Annotated[Storable, StringConstraints(max_length=1000)]
