"""Who searches, where and when: what `me`, `my_teams`, `latest` and `-24h` refer to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchScope:
    """`organization_id` and `project_ids` bound the search; conditions name them as parameters
    `organization_id` and `project_ids`, which storage fills. `now` is in microseconds."""

    organization_id: int
    project_ids: tuple[int, ...]
    account_id: int | None
    now: int
