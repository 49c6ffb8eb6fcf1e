"""What the people of the made-up shop did about their issues, through the web API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from urgentry.demo.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody does to the issue that a search finds, so many days after the beginning."""

    day: float
    who: str
    about: str
    change: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""

    async def do(self, stage: Stage, organization: str, token: str) -> None:
        """Does nothing where the issue is not there."""
        issues = f"/organizations/{organization}/issues/"
        found = await stage.ask("GET", issues, token, query=self.about, limit="1")
        if not found:
            return
        issue = f"{issues}{found[0]['id']}/"
        if self.comment:
            await stage.ask("POST", f"{issue}comments/", token, {"text": self.comment})
        if self.change:
            await stage.ask("PUT", issue, token, dict(self.change))


_RESOLVED = {"status": "resolved"}
_NOOR, _TOMAS, _INES = (f"{name}@larkspur.example" for name in ("noor", "tomas", "ines"))

DEEDS = (
    Deed(
        day=2.6,
        who=_TOMAS,
        about="createToken",
        change={"assignedTo": _TOMAS},
        comment="Happens when the payment script is blocked. I will load it before the step opens.",
    ),
    Deed(
        day=3.4,
        who=_NOOR,
        about='"Slow first paint"',
        change={"status": "ignored", "substatus": "archived_forever"},
    ),
    Deed(
        day=6.1,
        who=_INES,
        about="deadlock",
        change={"assignedTo": _INES, "priority": "high"},
        comment="The nightly count and orders lock the same rows in a different order.",
    ),
    Deed(day=9.0, who=_INES, about="deadlock", change=_RESOLVED),
    Deed(day=25.2, who=_NOOR, about="KeyError", change=_RESOLVED),
    Deed(
        day=11.9,
        who=_NOOR,
        about="ECONNREFUSED",
        change=_RESOLVED,
        comment="The queue was moved to another host; its address is in the settings now.",
    ),
    Deed(
        day=13.8,
        who=_NOOR,
        about="HandOver",
        change={"assignedTo": _NOOR, "isBookmarked": True},
    ),
    Deed(
        day=14.3,
        who=_TOMAS,
        about="UnknownHostException",
        change={"status": "ignored", "substatus": "archived_until_escalating"},
    ),
    Deed(
        day=17.7,
        who=_TOMAS,
        about="createToken",
        change={"status": "resolved", "statusDetails": {"inRelease": "storefront@4.13.0"}},
    ),
    Deed(
        day=22.0,
        who=_NOOR,
        about="HandOver",
        change={"status": "resolved", "statusDetails": {"inNextRelease": True}},
    ),
    Deed(
        day=26.8,
        who=_INES,
        about="GatewayTimeout",
        change={"assignedTo": _INES, "priority": "high"},
        comment="The gateway's south region is slow again. We go north until they are done.",
    ),
    Deed(
        day=27.2,
        who=_TOMAS,
        about="CartSummary",
        change={"assignedTo": "#web", "isBookmarked": True},
    ),
)
