"""A capacity that projects share: what one takes under pressure leaves room for the others."""

_RESERVED = 16
"""So large a part is for others than a single owner."""


class FairShare:
    """Counts what each owner holds of a capacity.

    While half of it is free anybody may take. Above that each of `n` owners may hold an `n`th part,
    and a single one all but a sixteenth, so that another finds room at once; what the first holds
    beyond its part it cannot take again. Who holds nothing may take in any case what there is, so
    that no single request is too large for its share.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.used = 0
        self._held: dict[int, int] = {}

    def held_by(self, owner: int) -> int:
        """How much an owner holds."""
        return self._held.get(owner, 0)

    def has_room(self, owner: int, count: int, *, own: int = 0) -> bool:
        """Whether an owner may take more; `own` of what it holds is of the same request."""
        total, held = self.used + count, self.held_by(owner)
        if total > self.capacity:
            return False
        if total <= self.capacity // 2 or held == own:
            return True
        return held + count <= self._part(len(self._held) + (owner not in self._held))

    def _part(self, owners: int) -> int:
        """What each of so many owners may hold."""
        if owners == 1:
            return self.capacity - self.capacity // _RESERVED
        return self.capacity // owners

    def take(self, owner: int, count: int) -> None:
        """Takes it, whether or not there is room."""
        if count:
            self.used += count
            self._held[owner] = self.held_by(owner) + count

    def give_back(self, owner: int, count: int) -> None:
        """Gives back what was taken."""
        if count:
            self.used -= count
            held = self._held[owner] - count
            if held:
                self._held[owner] = held
            else:
                del self._held[owner]
