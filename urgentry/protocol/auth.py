"""Who sends: the key of a request, from every place where clients put it.

Two headers, basic auth, the query string, the path, and last the DSN in an envelope's header.
Sources that agree on the key are accepted together; sources that differ are refused.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec

from urgentry.protocol.dsn import Dsn, PublicKey, parse_dsn, split_flags
from urgentry.protocol.outcome import Reason, Rejected, invalid

PROTOCOL_VERSION = 7
_MAX_CLIENT_CHARS = 200
_MAX_QUERY_FIELDS = 100
_MEMORABLE_CHARS = 512
_VERSION = re.compile(r"([0-9]{1,9})(?:\.[0-9]*)?")


class Source(StrEnum):
    """Where the credentials stood, in the order in which they are looked for."""

    SENTRY_HEADER = "x-sentry-auth"
    AUTHORIZATION = "authorization"
    BASIC = "basic"
    QUERY = "query"
    PATH = "path"
    ENVELOPE = "envelope"
    DSN = "x-sentry-dsn"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """The key that a request presents. `project_id` is known only where a whole DSN was sent."""

    public_key: str
    source: Source
    version: int = PROTOCOL_VERSION
    client: str | None = None
    project_id: int | None = None
    no_cache: bool = False


def read_credentials(
    *,
    sentry_auth: str | None = None,
    authorization: str | None = None,
    query: str = "",
    path_key: str | None = None,
) -> Credentials | None:
    """The credentials of a request, or None when it has none (an envelope may still have).

    Rejected with 401 when they are malformed or contradict each other, 400 when the key or the
    protocol version is not one that can be.
    """
    given = (sentry_auth, authorization, query, path_key)
    if sum(map(len, filter(None, given))) <= _MEMORABLE_CHARS:
        return _remembered(*given)
    return _read(*given)


def _read(
    sentry_auth: str | None, authorization: str | None, query: str, path_key: str | None
) -> Credentials | None:
    found = list(_sources(sentry_auth, authorization, query, path_key))
    if len(found) > 1:
        _settle_basic(found)
        if any(other.public_key != found[0].public_key for other in found[1:]):
            raise _contradiction()
    if not found:
        return None
    return _checked(found[0])


# A client presents the same credentials with each request.
_remembered = lru_cache(maxsize=1024)(_read)


def envelope_credentials(dsn: object) -> Credentials:
    """The credentials in an envelope's `dsn` header, for a request that has no others."""
    if dsn is None:
        raise missing()
    try:
        parsed = parse_dsn(dsn) if isinstance(dsn, str) else None
    except ValueError as error:
        raise _bad_envelope_auth(str(error)) from error
    if parsed is None:
        raise _bad_envelope_auth("a DSN is a string")
    return Credentials(
        public_key=parsed.public_key, source=Source.ENVELOPE, project_id=parsed.project_id
    )


def dsn_credentials(dsn: str) -> Credentials:
    """The credentials of a header that holds a whole DSN."""
    try:
        parsed = parse_dsn(dsn.strip())
    except ValueError as error:
        raise invalid(
            Reason.AUTH_CLIENT, "bad x-sentry-dsn header", status=401, causes=[str(error)]
        ) from error
    return Credentials(
        public_key=parsed.public_key, source=Source.DSN, project_id=parsed.project_id
    )


def agreeing(first: Credentials, other: Credentials | None) -> Credentials:
    """The first of two sources. Rejected with 401 when they name different keys."""
    if other is not None and other.public_key != first.public_key:
        raise _contradiction()
    return first


def check_envelope_dsn(dsn: Dsn | None, credentials: Credentials, project_id: int) -> None:
    """Refuses an envelope whose own DSN names another project or key than its request."""
    if dsn is None:
        return
    for name, differs in (
        ("project id", dsn.project_id != project_id),
        ("public key", dsn.public_key != credentials.public_key),
    ):
        if differs:
            cause = f"{name} header mismatch between envelope and request"
            raise invalid(Reason.INVALID_ENVELOPE, "invalid event envelope", causes=[cause])


def missing() -> Rejected:
    """The answer to a request without any credentials."""
    return invalid(Reason.AUTH_CLIENT, "missing authorization information", status=401)


def project_mismatch() -> Rejected:
    """The answer when the key is unknown, disabled, or of another project."""
    return invalid(
        Reason.PROJECT_ID, "event submission rejected with_reason: ProjectId", status=403
    )


def _sources(
    sentry_auth: str | None, authorization: str | None, query: str, path_key: str | None
) -> Iterable[Credentials]:
    if sentry_auth is not None and _is_sentry(sentry_auth):
        yield _from_header(sentry_auth, Source.SENTRY_HEADER)
    if authorization is not None:
        if _is_sentry(authorization):
            yield _from_header(authorization, Source.AUTHORIZATION)
        elif authorization[:6].lower() == "basic ":
            yield _from_basic(authorization[6:])
    if "sentry_" in query:
        yield from _from_query(query)
    if path_key is not None:
        yield _from_fields({"sentry_key": path_key}, Source.PATH)


def _is_sentry(header: str) -> bool:
    return header[:7].lower() == "sentry "


def _from_header(header: str, source: Source) -> Credentials:
    fields = {}
    for pair in header[7:].split(","):
        name, _, value = pair.partition("=")
        fields[name.strip()] = value.strip().strip('"')
    if not fields.get("sentry_key"):
        raise _bad_header("bad sentry auth header")
    return _from_fields(fields, source)


def _from_basic(encoded: str) -> Credentials:
    try:
        user = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise _bad_header("bad basic authorization") from error
    return _from_fields({"sentry_key": user.partition(":")[0]}, Source.BASIC)


def _from_query(query: str) -> Iterable[Credentials]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS)
    except ValueError as error:
        raise _bad_header("too many fields in the query") from error
    fields = dict(reversed(pairs))
    # A key given twice is two sources; other sentry_ fields alone (a release) are none.
    for key in dict.fromkeys(value for name, value in pairs if name == "sentry_key"):
        yield _from_fields(fields | {"sentry_key": key}, Source.QUERY)


def _from_fields(fields: Mapping[str, str], source: Source) -> Credentials:
    key = split_flags(fields["sentry_key"]) or PublicKey(fields["sentry_key"])
    client = fields.get("sentry_client") or None
    return Credentials(
        public_key=key.key,
        no_cache=key.no_cache,
        source=source,
        version=_version(fields.get("sentry_version") or str(PROTOCOL_VERSION)),
        client=client[:_MAX_CLIENT_CHARS] if client else None,
    )


def _version(text: str) -> int:
    matched = _VERSION.fullmatch(text)
    if matched is None:
        raise _bad_header("bad sentry protocol version")
    version = int(matched[1])
    if version > PROTOCOL_VERSION:
        raise invalid(Reason.AUTH_VERSION, f"unsupported protocol version ({version})")
    return version


def _settle_basic(found: list[Credentials]) -> None:
    """A reverse proxy's own basic auth is no Sentry key: it steps back where there is another."""
    found[:] = [
        one for one in found if one.source is not Source.BASIC or split_flags(one.public_key)
    ] or found


def _contradiction() -> Rejected:
    return invalid(Reason.AUTH_CLIENT, "multiple authorization payloads detected", status=401)


def _checked(credentials: Credentials) -> Credentials:
    if split_flags(credentials.public_key) is None:
        raise invalid(Reason.AUTH_CLIENT, "bad sentry DSN public key")
    return credentials


def _bad_header(cause: str) -> Rejected:
    return invalid(Reason.AUTH_CLIENT, "bad x-sentry-auth header", status=401, causes=[cause])


def _bad_envelope_auth(cause: str) -> Rejected:
    return invalid(
        Reason.AUTH_CLIENT, "bad envelope authentication header", status=401, causes=[cause]
    )
