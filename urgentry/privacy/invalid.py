"""The one way in which rules can be wrong."""


class InvalidRules(ValueError):
    """Rules cannot be used; the message says where and why, in words for whoever wrote them."""

    def __init__(self, reason: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
