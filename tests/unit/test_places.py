"""Where addresses are, by a MaxMind database."""

from pathlib import Path

import pytest

from tests.places import VIENNA, write_places
from urgentry.errors import ConfigError
from urgentry.ingest.places import Places

ODD = {"city": "Nowhere", "country": {"names": {"en": 3}}, "subdivisions": [], "location": {}}


def test_members_of_a_place(tmp_path: Path) -> None:
    path = write_places(tmp_path / "x.mmdb", {"203.0.113.0/24": VIENNA, "2001:db8::/32": VIENNA})
    with Places(path) as places:
        expected = {
            "country_code": "AT",
            "city": "Vienna",
            "subdivision": "Vienna State",
            "region": "Austria",
        }
        assert places.find("203.0.113.7") == expected
        assert places.find("2001:db8::1") == expected
        assert places.find("203.0.114.7") is None


def test_what_is_found_is_the_askers_own(tmp_path: Path) -> None:
    path = write_places(tmp_path / "x.mmdb", {"203.0.113.0/24": VIENNA})
    with Places(path) as places:
        found = places.find("203.0.113.7")
        assert found
        found.clear()
        assert places.find("203.0.113.7")


def test_what_says_nothing_of_a_place_is_none(tmp_path: Path) -> None:
    path = write_places(tmp_path / "x.mmdb", {"203.0.113.0/24": ODD, "198.51.100.0/24": {"asn": 1}})
    with Places(path) as places:
        assert places.find("203.0.113.7") is None
        assert places.find("198.51.100.1") is None


@pytest.mark.parametrize("address", ["fe80::1%eth0", "2001:db8::1", "{{auto}}", ""])
def test_what_the_file_cannot_answer_is_none(tmp_path: Path, address: str) -> None:
    path = write_places(tmp_path / "x.mmdb", {"203.0.113.0/24": VIENNA}, version=4)
    with Places(path) as places:
        assert places.find(address) is None


def test_a_file_that_is_not_there_is_told_by_the_settings_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="URGENTRY_GEOIP_DATABASE") as refused:
        Places(tmp_path / "none.mmdb")
    assert "none.mmdb" in str(refused.value)
    assert refused.value.hint


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.mmdb"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="URGENTRY_GEOIP_DATABASE"):
        Places(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="URGENTRY_GEOIP_DATABASE"):
        Places(tmp_path)
