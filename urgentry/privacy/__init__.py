"""Data scrubbing: what is removed from payloads before they are grouped and stored. Pure; no I/O.

`scrubber(settings)` gives the compiled rules of a project; `.event(event)` changes a normalised
event in place and says in its `_meta` what was removed, `.attachment(name, content)` answers a
file's bytes. `check_config` and `check_field` are asked before settings are saved.
"""

from urgentry.privacy.config import check_config
from urgentry.privacy.defaults import check_field
from urgentry.privacy.invalid import InvalidRules
from urgentry.privacy.scrubber import Scrubber, scrubber

__all__ = ["InvalidRules", "Scrubber", "check_config", "check_field", "scrubber"]
