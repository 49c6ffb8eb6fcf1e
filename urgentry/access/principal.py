"""Somebody who asks: a signed-in account, an account's token, or an organization's own token."""

import msgspec

from urgentry.access.scopes import expand
from urgentry.domain.account import Account, ApiToken


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. At least one of account and token is there."""

    account: Account | None = None
    token: ApiToken | None = None
    session_hash: bytes | None = None
    """Set when a browser's cookie spoke: state changes then need a check of the origin."""

    @property
    def account_id(self) -> int | None:
        return self.account.id if self.account else None

    @property
    def is_instance_admin(self) -> bool:
        return self.account is not None and self.account.is_instance_admin

    @property
    def is_organization_token(self) -> bool:
        return self.token is not None and self.token.account_id is None

    def limit(self, scopes: frozenset[str]) -> frozenset[str]:
        """Of the scopes that a role gives: those that the token lets through."""
        return scopes & expand(self.token.scopes) if self.token else scopes
