"""Forms with files: how they are cut, and the tricks that they are refused for."""

import pytest

from urgentry.ingest.multipart import MAX_PARTS, Part, is_form, parse_form
from urgentry.protocol.outcome import Reason, Rejected

FORM = "multipart/form-data; boundary=cut"


def part(disposition: str, content: bytes = b"x", *more: str) -> bytes:
    head = "\r\n".join([f"Content-Disposition: {disposition}", *more])
    return b"--cut\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--cut--\r\n"


def read(body: bytes, content_type: str = FORM) -> list[tuple[str, str | None, bytes]]:
    return [(each.name, each.filename, bytes(each.view)) for each in parse_form(body, content_type)]


def test_fields_and_files_come_in_order() -> None:
    body = form(
        part("form-data; name=plain", b"text"),
        part(
            'form-data; name="file"; filename="a.dmp"', b"MDMP", "Content-Type: application/x-dmp"
        ),
        part('form-data; name="empty"; filename=""', b""),
    )
    parts = parse_form(body, FORM)
    assert [(each.name, each.filename, each.content_type, bytes(each.view)) for each in parts] == [
        ("plain", None, "", b"text"),
        ("file", "a.dmp", "application/x-dmp", b"MDMP"),
        ("empty", "", "", b""),
    ]
    assert parts[0].text == "text"


def test_content_may_look_like_a_boundary() -> None:
    content = b"\r\n--cu\r\n\r\ncut--\n--cut\r--cut \r\n-"
    assert read(form(part("form-data; name=a; filename=b", content))) == [("a", "b", content)]


def test_a_part_is_a_slice_and_no_copy() -> None:
    body = form(part("form-data; name=a; filename=b", b"z" * 1000))
    [found] = parse_form(body, FORM)
    assert isinstance(found, Part)
    assert found.view.obj is body


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('form-data; name="a"; filename="q\\"uote.txt"', 'q"uote.txt'),
        ("form-data; name=a; filename*=UTF-8''b%C3%A4r.txt", "bär.txt"),
        ('form-data; name="a"; filename="C:\\\\temp\\\\x.dmp"', "x.dmp"),
        ('form-data; name="a"; filename="b\xc3\xa4r"', "bär"),
        ('FORM-DATA; NAME="a"; FILENAME="up"', "up"),
    ],
)
def test_names_are_read_in_every_form(disposition: str, filename: str) -> None:
    body = form(part("@", b"x")).replace(b"@", disposition.encode("latin-1"))
    [found] = parse_form(body, FORM)
    assert found.name == "a"
    assert found.filename is not None
    assert found.filename.endswith(filename)


def test_parts_without_a_name_say_nothing() -> None:
    body = form(
        part("form-data"),
        part("attachment; name=a"),
        b"--cut\r\n\r\nno head at all\r\n",
        part("form-data; name=kept"),
    )
    assert [name for name, _, _ in read(body)] == ["kept"]


def test_the_end_may_be_followed_by_anything() -> None:
    assert read(form(part("form-data; name=a")) + b"epilogue --cut") == [("a", None, b"x")]
    assert read(b"\r\n" + form(part("form-data; name=a"))) == [("a", None, b"x")]
    assert read(form()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary at all",
        b"--cut",
        b"--cut\n\nonly line feeds\n--cut--",
        part("form-data; name=a"),
        b"--cut\r\nContent-Disposition: form-data; name=a",
        b"--cut\r\nContent-Disposition: form-data; name=a\r\n--cut--",
        b"x" * 20_000 + form(part("form-data; name=a")),
        form(part("form-data; name=a", b"x", "X: " + "y" * 9000)),
        form(part("form-data; name=a", b"x", *(f"X-{n}: y" for n in range(30)))),
        b"inline --cut\r\n",
    ],
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        parse_form(body, FORM)
    assert (refused.value.status, refused.value.reason) == (400, Reason.INVALID_MULTIPART)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=cut",
        "multipart/form-data; boundary=" + "b" * 300,
        "multipart/form-data; b\u2028",
    ],
)
def test_a_type_without_a_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(Rejected):
        parse_form(form(part("form-data; name=a")), content_type)


def test_so_many_parts_and_no_more() -> None:
    parts = [part("form-data; name=a", b"")] * MAX_PARTS
    assert len(parse_form(form(*parts), FORM)) == MAX_PARTS
    with pytest.raises(Rejected):
        parse_form(form(*parts, parts[0]), FORM)


def test_forms_are_known_by_their_type() -> None:
    assert is_form("Multipart/Form-Data; boundary=x")
    assert not is_form("application/octet-stream")
