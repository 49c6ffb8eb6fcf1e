"""Contents from anybody go to browsers as files; only what surely is an image is shown."""

import pytest

from urgentry.blobs.downloads import download_headers, is_shown

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8


@pytest.mark.parametrize(
    ("content_type", "head", "shown"),
    [
        ("image/png", PNG, True),
        ("image/jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 12, True),
        ("image/gif", b"GIF89a" + b"\0" * 10, True),
        ("image/webp", b"RIFF\0\0\0\0WEBPVP8 ", True),
        ("image/webp", b"RIFF\0\0\0\0WAVEfmt ", False),
        ("image/png", b"<svg onload=alert", False),
        ("image/svg+xml", b"<svg onload=alert", False),
        ("text/html", PNG, False),
        ("image/png", b"", False),
        ("", b"", False),
    ],
)
def test_only_images_whose_bytes_agree_are_shown(
    content_type: str, head: bytes, shown: bool
) -> None:
    assert is_shown(content_type, head) is shown


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("log.txt", "filename=\"log.txt\"; filename*=UTF-8''log.txt"),
        ('a"b.txt', "filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("bär.txt", "filename=\"b_r.txt\"; filename*=UTF-8''b%C3%A4r.txt"),
        ("../../etc/passwd", "filename=\"passwd\"; filename*=UTF-8''passwd"),
        ("C:\\dir\\x.dmp", "filename=\"x.dmp\"; filename*=UTF-8''x.dmp"),
        (
            "a\r\nSet-Cookie: x",
            "filename=\"a__Set-Cookie_ x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x",
        ),
        ("dir/", "filename=\"unnamed\"; filename*=UTF-8''unnamed"),
    ],
)
def test_names_cannot_leave_their_header(name: str, disposition: str) -> None:
    headers = download_headers(name, content_type="text/html", size=3)
    assert headers["content-disposition"] == f"attachment; {disposition}"
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-length"] == "3"


def test_what_is_shown_stays_in_its_box() -> None:
    headers = download_headers("a.png", content_type="image/png", size=3, in_place=True)
    assert headers["content-type"] == "image/png"
    assert headers["content-disposition"].startswith("inline;")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
