"""Short ids such as WEB-1F: the project's slug and a number in Crockford's base 32."""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"O": 0, "I": 1, "L": 1}
_LONGEST = 12


def format_short_id(project_slug: str, number: int) -> str:
    """The short id of an issue as people read it."""
    digits = ""
    while number:
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return f"{project_slug.upper()}-{digits or '0'}"


def parse_short_id(text: str) -> tuple[str, int] | None:
    """Slug (in lower case) and number of a short id in any case, or None where it is none."""
    slug, dash, digits = text.rpartition("-")
    values = [_VALUES.get(digit) for digit in digits.upper()]
    if not (slug and dash and 0 < len(values) <= _LONGEST):
        return None
    number = 0
    for value in values:
        if value is None:
            return None
        number = number * 32 + value
    return slug.lower(), number
