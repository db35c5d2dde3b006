"""What a person pastes for a resource's region, endpoint or key, whatever it is wrapped in.

The portal's pages, command lines, e-mails and notes put labels in front of it ("KEY 1: …"), quotes, brackets or JSON
around it, and characters into it that nobody sees. Nothing of it is in the text of an error: there may be a key in it.
"""

from functools import cache
import re
from typing import Final
import unicodedata

from .wire.endpoints import (
    CHINA_REGIONS,
    PUBLIC_REGIONS,
    US_GOVERNMENT_REGIONS,
    Endpoint,
    PortalPageError,
)

MAX_TEXT: Final = 20_000
"""Characters of a text that are looked at: all that a command line says of a resource has a third of them."""

_REGIONS: Final = sorted((*PUBLIC_REGIONS, *US_GOVERNMENT_REGIONS, *CHINA_REGIONS), key=len, reverse=True)
# It ends where a quotation or a list goes on.
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]{0,15}://[^\s\"<>“”„«»,;]*", re.IGNORECASE)
_HOST: Final = re.compile(r"[^\s:/?#.]\.[^\s.]|[^\s:]:[0-9]{1,5}(?:[/?]|$)")
# Of Speech resources made before 2024, and since.
_KEY: Final = re.compile(r"(?<![\w-])(?:[0-9A-Fa-f]{32}|[0-9A-Za-z]{84})(?![\w-])")
_LABEL: Final = re.compile(r"[^:=]{0,40}[:=]\s*")
_KEY_WORD: Final = re.compile(r"key|schlüssel|clé|clave|chiave|sleutel|klucz|chave|密钥", re.IGNORECASE)
_QUOTES: Final = "\"'`´‘’‚‛“”„‟«»‹›「」『』"  # noqa: RUF001 - which look alike on purpose
_WRAPPING: Final = f"{_QUOTES}<>(){{}},;. "
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")  # noqa: RUF001 - what word processors make of a hyphen


def read_endpoint(text: str) -> Endpoint:
    """Return the region or the address that a text names.

    A resource's own address comes first, then its region's, and a region's name: beside them, other addresses are
    somebody's prose. Raises ValueError when there is none, or when there are several of a kind; PortalPageError for no
    more than a portal's page.
    """
    plain = _plain(text)
    addresses, rest = _addresses(plain)
    endpoints: dict[Endpoint, None] = {}
    error: ValueError | None = None
    for address in addresses:
        try:
            endpoints[Endpoint.from_url(address)] = None
        except ValueError as err:
            error = err if error is None or isinstance(err, PortalPageError) else error
    azure = [endpoint for endpoint in endpoints if endpoint.is_azure]
    names = {re.sub(r"[\s_-]", "", name) for name in _known_region().findall(rest.lower())}
    if error is not None and not azure and not names:
        raise error
    own = [endpoint for endpoint in azure if endpoint.url]
    for found in (own, azure, [Endpoint.from_region(name) for name in names], list(endpoints)):
        if len(found) > 1:
            raise ValueError("several regions or addresses")
        if found:
            return found[0]
    # A region of the future
    return Endpoint.from_region(re.split("[:=]", rest)[-1].strip(f"{_WRAPPING}/"))


def find_key(text: str) -> str | None:
    """Return the first of a Speech resource's keys in a text: of its two, either will do."""
    plain = _ADDRESS.sub(" ", _plain(text))
    # What is broken into lines, as in an e-mail, is put together again.
    key = _KEY.search(plain) or _KEY.fullmatch("".join(plain.split()).strip(_WRAPPING))
    return key[0] if key else None


def read_key(text: str) -> str:
    """Return the key that a text is; one that Azure did not make may be any word, and containers take all of them."""
    plain = _plain(text)
    label = _LABEL.match(plain)
    if label and _KEY_WORD.search(label[0]):
        plain = plain[label.end() :]
    return find_key(text) or plain.rstrip(",;. ").strip(f"{_QUOTES} ")


def names_resource(text: str) -> bool:
    """Return whether a text has a region that is known, or an address, and so is no key."""
    try:
        endpoint = read_endpoint(text)
    except ValueError:
        return False
    return endpoint.url is not None or endpoint.region in _REGIONS


def sort_out(place: str, secret: str) -> tuple[str, str]:
    """Return the texts to read the endpoint and the key from: each in the other's place, or both in one."""
    has_key = find_key(place) is not None and find_key(secret) is None
    elsewhere = names_resource(secret) or (has_key and bool(secret.strip()))
    return secret if elsewhere and not names_resource(place) else place, place if has_key else secret


@cache
def _known_region() -> re.Pattern[str]:
    """Return what finds a region that is known: it is long, and only forms need it.

    By its name ("westeurope") or display name ("West Europe"). "East US 2" is not "East US", nor is "East US 9".
    """
    return re.compile(
        rf"(?<![a-z0-9])(?:{'|'.join(r'[\s_-]*'.join(region) for region in _REGIONS)})(?!\s?[0-9]{{1,2}}\b|[a-z])"
    )


def _plain(text: str) -> str:
    """Return a text in plain characters: full-width ones, unbreakable blanks and all that is invisible are gone."""
    normal = unicodedata.normalize("NFKC", text[:MAX_TEXT]).translate(_DASHES)
    return "".join(character for character in normal if unicodedata.category(character) != "Cf").strip()


def _addresses(plain: str) -> tuple[list[str], str]:
    """Return the addresses in a text, and what is left of it."""
    addresses = [address.rstrip(_WRAPPING) for address in _ADDRESS.findall(plain)]
    rest: list[str] = []
    for word in _ADDRESS.sub(" ", plain).split():
        bare = word.strip(_WRAPPING)
        if _HOST.search(bare):
            addresses.append(re.sub(r"^\w+[:=](?=[^\d/])", "", bare))
        else:
            rest.append(word)
    return addresses, " ".join(rest)
