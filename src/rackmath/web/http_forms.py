"""Read what a form sends, within limits, and see that it came from a page of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from rackmath.web.http_guard import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_FIELDS = 500
LONGEST_PATH = 4_000
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in order; a name may come more than once."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a field."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [value for key, value in self.pairs if key == name]

    def plain(self) -> dict[str, str]:
        """Return the first value of every field but the one that guards the form."""
        found: dict[str, str] = {}
        for key, value in self.pairs:
            if key != CSRF_FIELD:
                found.setdefault(key, value)
        return found


async def read_form(request: Request, files: int = 0) -> Form:
    """Return the fields of a posted form; a file is a field that holds its text.

    Parameters
    ----------
    files
        The most files that it may bring.

    Raises
    ------
    Refused
        It is no form, has too many fields or files, or is not UTF-8.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        try:
            text = (await request.body()).decode("ascii")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        except ValueError:
            raise Refused(400, f"the form cannot be read: at most {MOST_FIELDS} fields, in UTF-8") from None
        return Form(tuple(pairs))
    if kind == "multipart/form-data":
        return await _parts(request, files)
    raise Refused(415, "send a form: application/x-www-form-urlencoded or multipart/form-data")


async def _parts(request: Request, files: int) -> Form:
    from starlette.exceptions import HTTPException  # noqa: PLC0415  (with the web extra only)

    try:
        async with request.form(max_files=files, max_fields=MOST_FIELDS, max_part_size=1_000_000) as form:
            pairs = []
            for name, value in form.multi_items():
                text = value if isinstance(value, str) else (await value.read()).decode("utf-8-sig")
                pairs.append((name, text))
            return Form(tuple(pairs))
    except HTTPException as error:
        raise Refused(400, f"the form cannot be read ({error.detail})") from None
    except (UnicodeDecodeError, LookupError):
        raise Refused(400, "the form cannot be read: it is not in UTF-8") from None


def check_origin(headers: Mapping[str, str], scheme: str) -> None:
    """See that a change is asked for by a page of this server and by no other.

    A browser says with each POST where it comes from; a request that says nothing is no form of ours.

    Raises
    ------
    Refused
        It came from elsewhere.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Refused(403, "this form was sent from another site; open it here and send it again")
    said = headers.get("origin") or headers.get("referer")
    if said is None:
        if site is None:
            raise Refused(403, "this request does not say which page it comes from; programs use /api with a token")
        return
    try:
        parts = urlsplit(said)
    except ValueError:
        raise Refused(403, "this form was sent from another site; open it here and send it again") from None
    if (parts.scheme, parts.netloc.lower()) != (scheme, headers.get("host", "").lower()):
        raise Refused(403, "this form was sent from another site; open it here and send it again")


def safe_next(path: str) -> str:
    """Return a path of this server to go on to; the front page for anything that could lead elsewhere."""
    plain = path.isprintable() and path.isascii() and "\\" not in path and len(path) <= LONGEST_PATH
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
