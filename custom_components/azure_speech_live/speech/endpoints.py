"""Where the Speech service is: from a region or an endpoint's address to the URLs of its requests.

Sources: Microsoft's region table (9 November 2025) and sovereign-cloud pages for the hosts; Microsoft's SDKs
(native 1.53, JavaScript 1.52) for the paths; "Use Speech service through a private endpoint" for the /stt prefix
of a resource's own host.
"""

from dataclasses import dataclass
from enum import Enum
import re
from typing import Final

from yarl import URL

from .options import Mode, RecognitionOptions

PUBLIC_REGIONS: Final = tuple(
    """
    australiaeast brazilsouth canadacentral canadaeast centralindia centralus eastasia eastus eastus2 francecentral
    germanywestcentral italynorth japaneast japanwest koreacentral northcentralus northeurope norwayeast qatarcentral
    southafricanorth southcentralus southeastasia swedencentral switzerlandnorth switzerlandwest uaenorth uksouth
    ukwest westcentralus westeurope westus westus2 westus3
    """.split()  # noqa: SIM905 - a block of words reads better than one word a line
)
US_GOVERNMENT_REGIONS: Final = ("usgovarizona", "usgovvirginia")
CHINA_REGIONS: Final = ("chinaeast2", "chinanorth2", "chinanorth3")

_REGION: Final = re.compile(r"[a-z][a-z0-9]{2,39}")
_REGIONAL_HOST: Final = re.compile(
    r"(?P<region>[a-z0-9]+)\.(?:"
    r"(?:stt|s2s|tts)\.speech\.(?:microsoft\.com|azure\.us|azure\.cn)"
    r"|api\.cognitive\.(?:microsoft\.com|microsoft\.us|azure\.cn))"
)
_RESOURCE_HOST: Final = re.compile(r"[a-z0-9-]+\.cognitiveservices\.azure\.(?:com|us|cn)")
_UNIVERSAL_PATH: Final = "/stt/speech/universal/v2"
_CLASSIC_PATH: Final = "/speech/recognition/{mode}/cognitiveservices/v1"
# What a pasted regional address may have for a path and still mean no more than its region.
_PLAIN_PATH: Final = re.compile(
    r"/?|/sts/v1\.0/issuetoken/?|/stt/speech/.*|/speech/(?:recognition|universal)/.*", re.IGNORECASE
)
_NO_PATH: Final = re.compile("/?")
_SCHEMES: Final = {"https": "wss", "http": "ws", "wss": "wss", "ws": "ws"}
_SECRET_QUERIES: Final = ("ocp-apim-subscription-key", "authorization", "subscription-key", "access_token")


class Generation(Enum):
    """The two generations of paths that the service speaks one protocol on."""

    UNIVERSAL = "universal"
    """/stt/speech/universal/v2: the mode and the rest stand in speech.context."""
    CLASSIC = "classic"
    """/speech/recognition/{mode}/cognitiveservices/v1: containers, and all older clients."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Speech resource's address: a region, or a custom endpoint's URL (one of the two is None)."""

    region: str | None = None
    url: str | None = None

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Understand what a person has at hand: a region's name, or an address pasted from the portal.

        Raises ValueError when it is neither.
        """
        text = text.strip()
        return cls.from_url(text) if any(mark in text for mark in ".:/") else cls.from_region(text)

    @classmethod
    def from_region(cls, region: str) -> Endpoint:
        """Take a region by its name ("westeurope") or display name ("West Europe"). Raises ValueError."""
        name = region.replace(" ", "").lower()
        if not _REGION.fullmatch(name):
            raise ValueError(f"not the name of a region: {region[:80]!r}")
        return cls(region=name)

    @classmethod
    def from_url(cls, url: str) -> Endpoint:
        """Take a resource's, a container's or a full WebSocket address; a regional host's gives the region.

        Raises ValueError when it is no such address, or has a password or key in it.
        """
        text = url.strip()
        parsed = URL(text if "://" in text else f"https://{text}")
        scheme, host = _SCHEMES.get(parsed.scheme), (parsed.host or "").lower()
        if scheme is None or not host or host == "portal.azure.com":
            raise ValueError("not the address of a Speech endpoint")
        if parsed.user or parsed.password or any(name.lower() in _SECRET_QUERIES for name in parsed.query):
            raise ValueError("an endpoint's address has no password or key in it")
        if (regional := _REGIONAL_HOST.fullmatch(host)) and _PLAIN_PATH.fullmatch(parsed.path):
            return cls(region=regional["region"])
        # The portal shows the Foundry host, but speech is served on the same resource's Cognitive Services host.
        host = host.replace(".services.ai.azure.", ".cognitiveservices.azure.")
        plain = _PLAIN_PATH if _RESOURCE_HOST.fullmatch(host) else _NO_PATH
        path = "" if plain.fullmatch(parsed.path) else parsed.path
        custom = URL.build(scheme=scheme, host=host, port=parsed.explicit_port, path=path, query=parsed.query)
        return cls(url=str(custom).removesuffix("/"))

    @property
    def unique_id(self) -> str:
        """What two settings of one resource share: the region, or the address without its scheme."""
        return self.region or (self.url or "").partition("://")[2]

    @property
    def host(self) -> str:
        """The host that is connected to."""
        if self.region is None:
            return URL(self.url or "").host or ""
        return f"{self.region}.stt.speech.{_speech_domain(self.region)}"

    def generations(self) -> tuple[Generation, ...]:
        """Return the generations to try, the likelier one first: a full address leaves no choice."""
        if self.region is not None or _RESOURCE_HOST.fullmatch(self.host):
            return (Generation.UNIVERSAL, Generation.CLASSIC)
        if URL(self.url or "").path.strip("/"):
            return (Generation.CLASSIC,)
        return (Generation.CLASSIC, Generation.UNIVERSAL)

    def recognition_url(self, generation: Generation, options: RecognitionOptions) -> URL:
        """Return the URL of the WebSocket for a recognition."""
        url = self._base("wss")
        if not url.path.strip("/"):
            path = _UNIVERSAL_PATH if generation is Generation.UNIVERSAL else self._classic_path(options.mode)
            url = url.with_path(path, keep_query=True)
        if generation is Generation.UNIVERSAL:
            # All else is asked for in speech.context, so that one connection serves turns of any language.
            return url.update_query({"cid": options.custom_model}) if options.custom_model else url
        return url.update_query(options.query())

    def short_audio_url(self, options: RecognitionOptions) -> URL:
        """Return the URL of the REST API for short recordings (60 s at most)."""
        url = self._base("https")
        if "/recognition/" not in url.path:
            url = url.with_path(self._classic_path(options.mode), keep_query=True)
        return url.update_query(options.query())

    def _base(self, scheme: str) -> URL:
        if self.region is not None:
            return URL.build(scheme=scheme, host=self.host)
        url = URL(self.url or "")
        secure = url.scheme == "wss"
        return url.with_scheme(scheme if secure else scheme.removesuffix("s"))

    def _classic_path(self, mode: Mode) -> str:
        prefix = "/stt" if _RESOURCE_HOST.fullmatch(self.host) else ""
        return prefix + _CLASSIC_PATH.format(mode=mode)


def _speech_domain(region: str) -> str:
    if region.startswith("china"):
        return "azure.cn"
    return "azure.us" if region.startswith("usgov") else "microsoft.com"
