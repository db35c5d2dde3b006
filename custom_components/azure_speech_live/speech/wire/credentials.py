"""The secret that opens a connection, held where no repr, log line or traceback shows it."""

from typing import Final

KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"


class Credentials:
    """A Speech resource's key, or a bearer token in its place.

    Both travel in a header of the upgrade request and never in its URL, which logs and proxies keep.
    """

    __slots__ = ("_header",)

    def __init__(self, *, key: str | None = None, token: str | None = None) -> None:
        """Take either a key or a token. Raises ValueError for both, none, or one that cannot stand in a header."""
        secret = key if token is None else token
        if secret is None or (key is not None and token is not None):
            raise ValueError("either a key or a token is needed")
        if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise ValueError("a key or token is made of visible ASCII characters only")
        self._header = (KEY_HEADER, secret) if token is None else ("Authorization", f"Bearer {secret}")

    def headers(self) -> dict[str, str]:
        """Return the header that authenticates a request."""
        return dict([self._header])

    def __repr__(self) -> str:
        """Say what it is, not what it holds."""
        return f"Credentials({'key' if self._header[0] == KEY_HEADER else 'token'}=…)"
