"""Where the Speech service is: from a region or an endpoint's address to the URLs of its requests.

Sources: Microsoft's region table (9 November 2025) and sovereign-cloud pages for the hosts; Microsoft's SDKs
(native 1.53, JavaScript 1.52) for the paths; "Use Speech service through a private endpoint" for the /stt and /tts
prefixes of a resource's own host; its "Text to speech REST API" for what is asked for there.
"""

from dataclasses import dataclass
from enum import Enum
import re
from typing import Final

from yarl import URL

from ..options import Mode, RecognitionOptions, TranslationOptions
from ..synthesis_options import SynthesisOptions

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

# The longest region's name has 18 characters, and the shortest key 32: a key that is taken for a region would be sent
# to the name server.
_REGION: Final = re.compile(r"[a-z][a-z0-9]{2,29}")
_REGIONAL_HOST: Final = re.compile(
    r"(?P<region>[a-z0-9]+)\.(?:"
    r"(?P<service>stt|s2s|tts|voice|customvoice\.api)\.speech\.(?:microsoft\.com|azure\.us|azure\.cn)"
    r"|api\.cognitive\.(?:microsoft\.com|microsoft\.us|azure\.cn))"
)
_RESOURCE_HOST: Final = re.compile(r"[a-z0-9-]+\.cognitiveservices\.azure\.(?:com|us|cn)")
# The portal and Foundry show these of a resource, but speech is served on its Cognitive Services host.
_OTHER_HOST: Final = re.compile(r"(?<=[a-z0-9-]\.)(?:services\.ai|openai)(?=\.azure\.(?:com|us|cn)$)")
# What a browser shows while one looks for a key: the Azure portal, Foundry with its models, and the Speech Studio.
_PORTAL_HOST: Final = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:portal|ai|oai)\.azure\.(?:com|us|cn)|speech\.(?:microsoft\.com|azure\.us|azure\.cn)"
)
_UNIVERSAL_PATH: Final = "/stt/speech/universal/v2"
_CLASSIC_PATH: Final = "/speech/recognition/{mode}/cognitiveservices/v1"
_TRANSLATION_PATH: Final = "/speech/translation/cognitiveservices/v1"
_TRANSLATOR_PATH: Final = re.compile(r"(?:/v1\.0)?/speech/translate/?|/v1\.0/?", re.IGNORECASE)
_WEBSOCKET_PATH: Final = "/cognitiveservices/websocket/"
_SPEAKING_PATH: Final = f"{_WEBSOCKET_PATH}v1"
_STREAMING_PATH: Final = f"{_WEBSOCKET_PATH}v2"
_SPEAKING_REST_PATH: Final = "/cognitiveservices/v1"
_VOICES_PATH: Final = "/cognitiveservices/voices/list"
# The documentation of 2018 has addresses that end here, and means the service below them.
_BASE_PATH: Final = re.compile(r"/v1\.0/?", re.IGNORECASE)
ENCRYPTED: Final = frozenset({"https", "wss"})
_SCHEMES: Final = {"https": "wss", "http": "ws", "wss": "wss", "ws": "ws"}
_SECRET_QUERIES: Final = ("ocp-apim-subscription-key", "authorization", "subscription-key", "access_token")


class PortalPageError(ValueError):
    """An address is that of a page to look at, and nothing listens there. Its endpoint is written on the page."""


class Generation(Enum):
    """The generations of the service's WebSocket paths. All but the oldest speak one protocol."""

    UNIVERSAL = "universal"
    """/stt/speech/universal/v2: the mode and the rest stand in speech.context. Synthesis: with /tts before the path."""
    CLASSIC = "classic"
    """/speech/recognition/{mode}/cognitiveservices/v1, and /speech/translation/cognitiveservices/v1 on the s2s host:
    containers, and all older clients. Synthesis: /cognitiveservices/websocket/v1."""
    TRANSLATOR = "translator"
    """/speech/translate: the Translator Speech API of 2018, translation only, in a dialect of its own."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Speech resource's address: a region, or a custom endpoint's URL (one of the two is None)."""

    region: str | None = None
    url: str | None = None

    @classmethod
    def from_region(cls, region: str) -> Endpoint:
        """Take a region by its name ("westeurope") or display name ("West Europe"). Raises ValueError.

        What stands in brackets says the same again, or more generally: "(Europe) West Europe".
        """
        name = re.sub(r"\([^()]*\)", "", region).replace(" ", "").lower()
        if not _REGION.fullmatch(name):
            raise ValueError("not the name of a region")
        return cls(region=name)

    @classmethod
    def from_url(cls, url: str) -> Endpoint:
        """Take a resource's, a container's or a full WebSocket address; a regional host's gives the region.

        Raises ValueError when it is no such address, or has a password or key in it; PortalPageError for a page of the
        portal: what it names may be any resource, and the key must not be sent there.
        """
        try:
            return cls._from_url(url.strip())
        except ValueError:
            raise
        except Exception as err:  # yarl's and idna's, among them IndexError of "[]@" and OverflowError of bad Punycode
            raise ValueError("not the address of a Speech endpoint") from err

    @classmethod
    def _from_url(cls, text: str) -> Endpoint:
        parsed = URL(text if "://" in text else f"https://{text}")
        scheme, host = _SCHEMES.get(parsed.scheme), (parsed.host or "").lower()
        host = _OTHER_HOST.sub("cognitiveservices", host)
        if scheme is None or not host:
            raise ValueError("not the address of a Speech endpoint")
        if _PORTAL_HOST.fullmatch(host):
            raise PortalPageError("the address of a page, not of a Speech endpoint")
        if parsed.user or parsed.password or any(name.lower() in _SECRET_QUERIES for name in parsed.query):
            raise ValueError("an endpoint's address has no password or key in it")
        host.encode("idna")  # raises where a part of it is empty or too long
        regional = _REGIONAL_HOST.fullmatch(host)
        if regional and not _asks_for_more(regional["service"], parsed):
            return cls(region=regional["region"])
        path = "" if parsed.path == "/" else parsed.path
        if regional and _TRANSLATOR_PATH.fullmatch(path):
            path = path.lower()  # as the documentation writes it
        if _RESOURCE_HOST.fullmatch(host):
            # Whichever of a resource's services was copied, this one is meant. Microsoft serves nothing in the clear,
            # and a key that is sent so is everybody's.
            scheme, path, parsed = "wss", "", parsed.without_query_params(*parsed.query.keys() - {"cid"})
        custom = URL.build(scheme=scheme, host=host, port=parsed.explicit_port, path=path, query=parsed.query)
        return cls(url=str(custom))

    @property
    def encrypted(self) -> bool:
        """Whether what is sent to it is encrypted."""
        return self.url is None or URL(self.url).scheme in ENCRYPTED

    @property
    def is_azure(self) -> bool:
        """Whether it is one of Azure's own hosts: there, a key is one resource's. Containers take any."""
        return self._is_resource or bool(self.region or _REGIONAL_HOST.fullmatch(URL(self.url or "").host or ""))

    @property
    def cloud(self) -> str:
        """How names end in its cloud: "us" in the US government's, "cn" in China's, "com" in the public one."""
        host = _speech_domain(self.region) if self.region else URL(self.url or "").host or ""
        end = host.rpartition(".")[2]
        return end if self.is_azure and end in {"us", "cn"} else "com"

    @property
    def unique_id(self) -> str:
        """What two settings of one resource share: the region, or the address without its scheme."""
        return self.region or (self.url or "").partition("://")[2].rstrip("/")

    def generations(self, options: RecognitionOptions | SynthesisOptions) -> tuple[Generation, ...]:
        """Return the generations to try for these options, the likelier one first; none if the endpoint has none.

        A full address leaves no choice.
        """
        if isinstance(options, SynthesisOptions):
            speaking = self._speaking_generations()
            return (Generation.CLASSIC,) if speaking and options.text_streaming else speaking
        return self._recognizing_generations(options)

    def websocket_url(self, generation: Generation, options: RecognitionOptions | SynthesisOptions) -> URL:
        """Return the URL of the WebSocket for these options."""
        if isinstance(options, SynthesisOptions):
            return self._speaking_url(generation, options)
        translating = isinstance(options, TranslationOptions)
        classic_translation = translating and generation is Generation.CLASSIC
        url = self._base("wss", "s2s" if classic_translation else "stt")
        if not self._path or self._base_path:
            path = _TRANSLATION_PATH if classic_translation else self._classic_path(options.mode)
            path = _UNIVERSAL_PATH if generation is Generation.UNIVERSAL else self._base_path + path
            url = url.with_path(path, keep_query=True)
        if generation is Generation.UNIVERSAL:
            # All else is asked for in speech.context, so that one connection serves turns of any language.
            return url.update_query(options.universal_query())
        if generation is Generation.TRANSLATOR and isinstance(options, TranslationOptions):
            return url.update_query(options.translator_query())
        return url.update_query(options.query())

    def short_audio_url(self, options: RecognitionOptions) -> URL:
        """Return the URL of the REST API for short recordings (60 s at most)."""
        url = self._base("https", "stt")
        if "/recognition/" not in url.path:
            url = url.with_path(self._base_path + self._classic_path(options.mode), keep_query=True)
        return url.update_query(options.query())

    def speech_url(self, options: SynthesisOptions) -> URL:
        """Return the URL of the REST API that speaks."""
        return self._spoken("https", _SPEAKING_REST_PATH, options.deployment).update_query(options.query())

    def voices_url(self) -> URL:
        """Return the URL of the list of voices."""
        return self._spoken("https", _VOICES_PATH)

    def _recognizing_generations(self, options: RecognitionOptions) -> tuple[Generation, ...]:
        translating = isinstance(options, TranslationOptions)
        if path := self._path:
            if "/recognition/" in path if translating else ("/translation/" in path or self._is_translator):
                return ()
            if self._is_translator:
                return () if options.candidates else (Generation.TRANSLATOR,)
            return (Generation.UNIVERSAL if "/universal/" in path else Generation.CLASSIC,)
        if self._is_resource or (self.region and not translating):
            return (Generation.UNIVERSAL, Generation.CLASSIC)
        if options.candidates and translating:
            return (Generation.UNIVERSAL,)  # the older path knows one source language
        return (Generation.CLASSIC, Generation.UNIVERSAL)

    def _speaking_generations(self) -> tuple[Generation, ...]:
        if self._is_resource:
            return (Generation.UNIVERSAL,)
        if self._speaking_region:
            return (Generation.UNIVERSAL, Generation.CLASSIC)  # the older one is that of older SDKs
        if self._path and not self._base_path:
            return (Generation.CLASSIC,) if _WEBSOCKET_PATH in f"/{self._path}" else ()
        return (Generation.CLASSIC, Generation.UNIVERSAL)  # Microsoft's SDKs do not agree on that of containers

    def _speaking_url(self, generation: Generation, options: SynthesisOptions) -> URL:
        url = self._spoken("wss", _SPEAKING_PATH, options.deployment)
        if options.text_streaming:
            # Microsoft's documentation has it of a region's host. That it is the same elsewhere is a guess.
            return url.with_path(url.path.removesuffix(_SPEAKING_PATH) + _STREAMING_PATH).update_query(options.query())
        if not self._speaking_region and _WEBSOCKET_PATH in f"/{self._path}":
            url = url.with_path(URL(self.url or "").path, keep_query=True)
        elif generation is Generation.UNIVERSAL and not self._is_resource:
            url = url.with_path(f"{self._base_path}/tts{_SPEAKING_PATH}", keep_query=True)
        return url.update_query(options.query())

    def _spoken(self, scheme: str, path: str, deployment: str | None = None) -> URL:
        """Return where synthesis has a path; a custom voice has a host of its own, or a prefix."""
        service = "voice" if deployment else "tts"
        if region := self._speaking_region:
            return _regional(scheme, region, service).with_path(path)
        prefix = f"/{service}" if self._is_resource else self._base_path
        before, found, _ = f"/{self._path}".partition(_WEBSOCKET_PATH)
        url = self._base(scheme, service).with_path((before if found else prefix) + path, keep_query=True)
        return url.without_query_params("cid")

    @property
    def _speaking_region(self) -> str:
        """The region that speaks: also for an address of a region's that means more, all of which is recognition."""
        regional = _REGIONAL_HOST.fullmatch(URL(self.url or "").host or "")
        return regional["region"] if regional else self.region or ""

    @property
    def _path(self) -> str:
        """The path of a custom endpoint that has one."""
        return URL(self.url or "").path.strip("/")

    @property
    def _base_path(self) -> str:
        """The path of a custom endpoint that has no more than the beginning of one."""
        path = URL(self.url or "").path
        return path.rstrip("/") if _BASE_PATH.fullmatch(path) and not self._is_translator else ""

    @property
    def _is_resource(self) -> bool:
        return self.url is not None and bool(_RESOURCE_HOST.fullmatch(URL(self.url).host or ""))

    @property
    def _is_translator(self) -> bool:
        url = URL(self.url or "")
        path = _TRANSLATOR_PATH.fullmatch(url.path)
        return bool(path) and ("translate" in url.path.lower() or ".s2s." in (url.host or ""))

    def _base(self, scheme: str, service: str) -> URL:
        """Return the address without what is asked for; ``service`` is the regional host's first label."""
        if self.region is not None:
            return _regional(scheme, self.region, service)
        url = URL(self.url or "")
        return url.with_scheme(scheme if url.scheme == "wss" else scheme.removesuffix("s"))

    def _classic_path(self, mode: Mode) -> str:
        return ("/stt" if self._is_resource else "") + _CLASSIC_PATH.format(mode=mode)


def _asks_for_more(service: str | None, url: URL) -> bool:
    """Return whether a regional address means more than its region: a custom model, or the service of 2018."""
    if service == "s2s" and _TRANSLATOR_PATH.fullmatch(url.path):
        return True
    return service == "stt" and "cid" in url.query


def _regional(scheme: str, region: str, service: str) -> URL:
    return URL.build(scheme=scheme, host=f"{region}.{service}.speech.{_speech_domain(region)}")


def _speech_domain(region: str) -> str:
    if region.startswith("china"):
        return "azure.cn"
    return "azure.us" if region.startswith("usgov") else "microsoft.com"
