"""What a form sent, and what is wrong with it; pages show both again."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from urgentry.errors import ApiError, FieldError

_MAX_BYTES = 1 << 18
_MAX_FIELDS = 2000


class Form:
    """The fields of one submission; texts without NUL and blanks around them."""

    def __init__(self, pairs: list[tuple[str, str]] | None = None) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs or []:
            self._values.setdefault(name, []).append(value.replace("\x00", ""))
        self.errors: dict[str, list[str]] = {}

    def text(self, name: str, default: str = "", *, longest: int = 1000) -> str:
        """A text without blanks around it."""
        return self.raw(name, default).strip()[:longest]

    def raw(self, name: str, default: str = "") -> str:
        """A text as it was typed: a password."""
        return self._values.get(name, [default])[-1]

    def texts(self, name: str) -> list[str]:
        """Every value of a name that was sent several times."""
        return self._values.get(name, [])

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self._values

    def number(self, name: str, *, least: int = 1, most: int = 1 << 40) -> int | None:
        """A whole number within bounds, or None."""
        text = self.text(name, longest=20)
        if not (text.isascii() and text.isdigit()):
            return None
        value = int(text)
        return value if least <= value <= most else None

    def numbers(self, name: str) -> list[int]:
        """Every whole number of a name."""
        given = (text[:19] for text in self.texts(name))
        return [int(text) for text in given if text.isascii() and text.isdigit()]

    def refuse(self, error: ApiError, field: str = "") -> "Form":
        """The same form with what an error says beside its fields."""
        self.errors = error.fields if isinstance(error, FieldError) else {field: [error.detail]}
        return self

    def error(self, name: str) -> str:
        """What is wrong with a field, or nothing."""
        return " ".join(self.errors.get(name, []))


async def read_form(request: Request) -> Form:
    """The form of a request's body. ApiError 413 when it is too large."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _MAX_BYTES:
            raise ApiError(413, "The form is too large.")
    text = content.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise ApiError(400, "The form has too many fields.") from None
    return Form(pairs)
