"""MaxMind databases, as tests write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]

VIENNA = {
    "city": {"names": {"en": "Vienna", "de": "Wien"}},
    "country": {"iso_code": "AT", "names": {"en": "Austria", "de": "Österreich"}},
    "subdivisions": [{"iso_code": "9", "names": {"en": "Vienna State"}}],
}


def write_places(path: Path, places: Mapping[str, Any], *, version: int = 6) -> Path:
    """A database of what is known of these networks."""
    writer = MMDBWriter(ip_version=version, ipv4_compatible=version == 6)
    for network, place in places.items():
        writer.insert_network(IPSet([network]), place)
    writer.to_db_file(str(path))
    return path
