"""A public repository by its address: the archive that GitHub and GitLab offer of it, fetched through the guard."""

import re
from urllib.parse import quote, urlsplit

from assistant.platform.errors import Invalid, Unavailable

MOST_BYTES = 20_000_000
NAME = re.compile(r"[A-Za-z0-9_.-]+")
REFERENCE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}")


class RepositoryUnavailable(Unavailable):
    code, title = "repository_unavailable", "The repository does not answer"


def archive_address(url: str, reference: str | None = None) -> tuple[str, str]:
    """(the archive's address, a name for it) of a repository's page. Raises Invalid for what names none.

    github.com is GitHub; every other host is taken for a GitLab. `/tree/NAME` in the address names the reference.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _not_a_repository("it begins with https:// and names a host")
    path = parts.path.strip("/")
    path, _, tree = path.partition("/-/tree/") if "/-/tree/" in path else path.partition("/tree/")
    names = path.removesuffix(".git").split("/")
    if len(names) < 2 or not all(NAME.fullmatch(name) and name.strip(".") for name in names):
        raise _not_a_repository("it ends with owner/name")
    chosen = reference or tree or "HEAD"
    if not REFERENCE.fullmatch(chosen):
        raise _not_a_repository("the branch, tag or commit is written as git writes it", "/code_input/reference")
    base, named = f"{parts.scheme}://{parts.netloc}/{'/'.join(names)}", quote(chosen, safe="/")
    if parts.hostname in ("github.com", "www.github.com"):
        if len(names) != 2:
            raise _not_a_repository("it ends with owner/name")
        return f"{base}/archive/{named}.tar.gz", f"{names[-1]}.tar.gz"
    flat = f"{names[-1]}-{chosen.replace('/', '-')}"
    return f"{base}/-/archive/{named}/{quote(flat)}.tar.gz", f"{names[-1]}.tar.gz"


def fetch(url: str, reference: str | None = None) -> tuple[bytes, str]:
    """(the archive, its name). Raises OutboundRefused for addresses inside networks, Invalid for no such repository."""
    import requests

    from assistant.platform.outbound import AnswerTooLarge, GuardedSession

    address, name = archive_address(url, reference)
    try:
        with GuardedSession(most_bytes=MOST_BYTES) as session:
            answer = session.get(address)
    except AnswerTooLarge as error:
        raise Invalid(
            f"The repository's archive has more than {MOST_BYTES // 1_000_000} MB; that is the most."
        ) from error
    except requests.RequestException as error:
        raise RepositoryUnavailable("The repository's host does not answer. Try again later.") from error
    if answer.status_code in (401, 403, 404, 406) or "/users/sign_in" in answer.url:
        raise Invalid("There is no such public repository, or no such branch, tag or commit in it.")
    if answer.status_code != 200:
        raise RepositoryUnavailable(f"The repository's host answers {answer.status_code}. Try again later.")
    return answer.content, name


def _not_a_repository(detail: str, pointer: str = "/code_input/url") -> Invalid:
    return Invalid(
        f"This is not the address of a repository: {detail}.", errors=[{"pointer": pointer, "detail": detail}]
    )
