"""Who may use the service: subscription keys, and the tokens issued for them.

Credentials come in a header, or in the query from clients whose WebSocket takes no headers (browsers). Wrong and
missing ones get 401.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import time
from typing import Final
from uuid import uuid4

KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"
TOKEN_LIFETIME: Final = 600.0
"""Seconds for which an issued token is valid, as documented."""


class Authorization:
    """Knows keys and tokens; keeps them out of every repr."""

    def __init__(self, keys: Iterable[str], token_lifetime: float = TOKEN_LIFETIME) -> None:
        """Accept the given keys."""
        self._keys = frozenset(keys)
        self._lifetime = token_lifetime
        self._tokens: dict[str, float] = {}

    def issue_token(self) -> str:
        """Return a new token, valid for the token lifetime."""
        token = f"ey{uuid4().hex}"
        self._tokens[token] = time.monotonic() + self._lifetime
        return token

    def revoke_tokens(self) -> None:
        """Let all tokens have expired."""
        self._tokens.clear()

    def has_key(self, headers: Mapping[str, str]) -> bool:
        """Return whether the request carries a valid key, which is what issues tokens."""
        return headers.get(KEY_HEADER, "") in self._keys

    def allows(self, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Return whether the request carries a valid key or token."""
        key = headers.get(KEY_HEADER) or query.get(KEY_HEADER, "")
        scheme, _, token = (headers.get("Authorization") or query.get("Authorization", "")).partition(" ")
        return key in self._keys or (
            scheme.lower() == "bearer" and self._tokens.get(token.strip(), 0.0) > time.monotonic()
        )
