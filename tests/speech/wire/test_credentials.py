"""Credentials: a header, and nothing that shows the secret."""

import copy
import pickle

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Credentials

KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJyZWdpb24iOiJ3ZXN0dXMifQ.c2lnbmF0dXJl"
secrets = st.text(st.characters(codec="ascii", exclude_categories=["Cc", "Zs"]), min_size=1)


@given(secrets)
def test_header(secret: str) -> None:
    assert Credentials(key=secret).headers() == {"Ocp-Apim-Subscription-Key": secret}
    assert Credentials(token=secret).headers() == {"Authorization": f"Bearer {secret}"}


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc", "Zs"]), min_size=8))
def test_secret_is_not_shown(secret: str) -> None:
    for credentials in (Credentials(key=secret), Credentials(token=secret)):
        shown = f"{credentials} {credentials!r} {[credentials]} {credentials:}"
        assert secret not in shown
        assert not hasattr(credentials, "__dict__")  # which debuggers and reporters print


def test_repr_says_what_it_is() -> None:
    assert repr(Credentials(key=KEY)) == "Credentials(key=…)"
    assert repr(Credentials(token=TOKEN)) == "Credentials(token=…)"


def test_either_a_key_or_a_token() -> None:
    with pytest.raises(ValueError, match="either a key or a token"):
        Credentials()
    with pytest.raises(ValueError, match="either a key or a token"):
        Credentials(key=KEY, token=TOKEN)


@given(st.text().filter(lambda text: not text or not text.isascii() or not text.isprintable() or " " in text))
def test_what_cannot_stand_in_a_header_is_refused_without_quoting_it(secret: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII") as refused:
        Credentials(key=secret)
    assert str(refused.value) == "a key or token is made of visible ASCII characters only"
    with pytest.raises(ValueError, match="visible ASCII"):
        Credentials(token=secret)


def test_copies_hide_it_as_well() -> None:
    credentials = Credentials(key=KEY)
    for other in (copy.copy(credentials), copy.deepcopy(credentials), pickle.loads(pickle.dumps(credentials))):  # noqa: S301 - our own
        assert repr(other) == "Credentials(key=…)"
        assert other.headers() == credentials.headers()
