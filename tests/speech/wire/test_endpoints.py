"""Endpoints: what a household can paste, where it leads, and that nothing secret gets into an address."""

from urllib.parse import urlsplit

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    CHINA_REGIONS,
    PUBLIC_REGIONS,
    US_GOVERNMENT_REGIONS,
    Endpoint,
    Mode,
    RecognitionOptions,
    TranslationOptions,
)
from custom_components.azure_speech_live.speech.pasted import read_endpoint
from custom_components.azure_speech_live.speech.wire.endpoints import Generation, PortalPageError

CLASSIC, UNIVERSAL = Generation.CLASSIC, Generation.UNIVERSAL
CLOUDS = {
    **dict.fromkeys(PUBLIC_REGIONS, "microsoft.com"),
    **dict.fromkeys(US_GOVERNMENT_REGIONS, "azure.us"),
    **dict.fromkeys(CHINA_REGIONS, "azure.cn"),
    "regionofthefuture4": "microsoft.com",
    "usgovfuture": "azure.us",
    "chinafuture1": "azure.cn",
}
COMMAND = RecognitionOptions()


def urls(endpoint: Endpoint, options: RecognitionOptions = COMMAND) -> list[str]:
    """Return the addresses that are tried, in order."""
    return [
        str(endpoint.websocket_url(generation, options)).partition("?")[0]
        for generation in endpoint.generations(options)
    ]


# --- regions


@pytest.mark.parametrize(("region", "domain"), CLOUDS.items())
def test_region_in_its_cloud(region: str, domain: str) -> None:
    endpoint = Endpoint.from_region(region)
    host = f"{region}.stt.speech.{domain}"
    assert (endpoint.region, endpoint.url, endpoint.unique_id) == (region, None, region)
    assert urls(endpoint) == [
        f"wss://{host}/stt/speech/universal/v2",
        f"wss://{host}/speech/recognition/interactive/cognitiveservices/v1",
    ]
    assert (
        str(endpoint.short_audio_url(COMMAND))
        == f"https://{host}/speech/recognition/interactive/cognitiveservices/v1?language=en-US&format=simple"
    )


def test_regions_are_named_once() -> None:
    regions = (*PUBLIC_REGIONS, *US_GOVERNMENT_REGIONS, *CHINA_REGIONS)
    assert len(set(regions)) == len(regions) == 38
    assert all(Endpoint.from_region(region).region == region for region in regions)


@pytest.mark.parametrize(
    "text", ["", " ", "we", "3west", "west-europe", "west_europe", "wéstus", "west\0us", "x" * 41, "(westus)"]
)
def test_what_is_no_region(text: str) -> None:
    with pytest.raises(ValueError, match="not the name of a region"):
        Endpoint.from_region(text)


# --- addresses


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("https://westeurope.api.cognitive.microsoft.com/", "westeurope"),
        ("https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issueToken", "westeurope"),
        ("https://WestEurope.API.cognitive.microsoft.com/sts/v1.0/issuetoken", "westeurope"),
        ("westeurope.api.cognitive.microsoft.com", "westeurope"),
        ("https://westeurope.stt.speech.microsoft.com", "westeurope"),
        ("wss://westeurope.stt.speech.microsoft.com/stt/speech/universal/v2", "westeurope"),
        (
            "wss://westus.stt.speech.microsoft.com/speech/recognition/conversation/cognitiveservices/v1?language=de-DE",
            "westus",
        ),
        ("https://westus.tts.speech.microsoft.com/", "westus"),
        ("https://westeurope.tts.speech.microsoft.com/cognitiveservices/v1", "westeurope"),
        ("https://westus.s2s.speech.microsoft.com/", "westus"),
        ("WSS://WestUS.S2S.speech.microsoft.com:443", "westus"),
        ("wss://westus.s2s.speech.microsoft.com/speech/translation/cognitiveservices/v1?from=de-DE&to=en", "westus"),
        ("wss://westus.stt.speech.microsoft.com/v1.0/", "westus"),
        ("WSS://WESTUS.stt.speech.microsoft.com:443/V1.0", "westus"),
        ("wss://westus.stt.speech.microsoft.com/v1.0/speech/recognition/dictation/cognitiveservices/v1", "westus"),
        ("https://westus.stt.speech.microsoft.com/speech/synthesize", "westus"),
        ("https://westus.voice.speech.microsoft.com", "westus"),
        ("https://westus.customvoice.api.speech.microsoft.com", "westus"),
        ("https://swedencentral.api.cognitive.microsoft.com/openai/deployments/gpt?api-version=1", "swedencentral"),
        ("https://westeurope.api.cognitive.microsoft.com/vision/v3.2", "westeurope"),
        ("https://usgovvirginia.api.cognitive.microsoft.us/", "usgovvirginia"),
        ("https://usgovvirginia.stt.speech.azure.us", "usgovvirginia"),
        ("https://chinaeast2.api.cognitive.azure.cn/", "chinaeast2"),
        ("https://chinaeast2.stt.speech.azure.cn/", "chinaeast2"),
    ],
)
def test_regional_address_is_its_region(text: str, region: str) -> None:
    assert read_endpoint(text) == Endpoint.from_region(region)


RESOURCE = "wss://kitchen.cognitiveservices.azure.com"


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (
            text,
            [
                f"{RESOURCE}/stt/speech/universal/v2",
                f"{RESOURCE}/stt/speech/recognition/interactive/cognitiveservices/v1",
            ],
        )
        for text in (
            "https://kitchen.cognitiveservices.azure.com/",
            "https://Kitchen.CognitiveServices.azure.com",
            "kitchen.cognitiveservices.azure.com",
            "https://kitchen.cognitiveservices.azure.com:443/",
            "https://kitchen.cognitiveservices.azure.com/stt/speech/universal/v2",
            "https://kitchen.services.ai.azure.com/",
            "https://kitchen.cognitiveservices.azure.com/tts/cognitiveservices/v1",
            "https://kitchen.cognitiveservices.azure.com/openai/deployments/gpt-4o/chat?api-version=2025-01-01-preview",
            "https://kitchen.cognitiveservices.azure.com/speechtotext/transcriptions:transcribe?api-version=2025-10-15",
            "https://Kitchen.services.ai.azure.com:443/api/projects/my-home",
            "https://kitchen.services.ai.azure.com/models",
            "https://kitchen.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
            "wss://kitchen.services.ai.azure.com/voice-live/realtime?api-version=2025-10-01&model=gpt-4o",
            "https://kitchen.services.ai.azure.com/openai/v1/",
            "https://kitchen.openai.azure.com/",
            "kitchen.openai.azure.com",
            "https://kitchen.openai.azure.com/openai/v1/",
            "wss://kitchen.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=gpt-realtime",
        )
    ],
)
def test_resource_of_its_own_name(text: str, addresses: list[str]) -> None:
    endpoint = read_endpoint(text)
    assert urls(endpoint) == addresses
    assert endpoint.unique_id == "kitchen.cognitiveservices.azure.com"


@pytest.mark.parametrize(
    ("text", "base", "unique_id"),
    [
        ("ws://192.168.1.5:5000", "ws://192.168.1.5:5000", "192.168.1.5:5000"),
        ("http://192.168.1.5:5000/", "ws://192.168.1.5:5000", "192.168.1.5:5000"),
        ("http://speech.local", "ws://speech.local", "speech.local"),
        ("https://speech.example:8443", "wss://speech.example:8443", "speech.example:8443"),
        ("speech.example:8443", "wss://speech.example:8443", "speech.example:8443"),
        ("ws://[::1]:5000", "ws://[::1]:5000", "[::1]:5000"),
    ],
)
def test_container(text: str, base: str, unique_id: str) -> None:
    endpoint = read_endpoint(text)
    assert urls(endpoint) == [
        f"{base}/speech/recognition/interactive/cognitiveservices/v1",
        f"{base}/stt/speech/universal/v2",
    ]
    assert endpoint.unique_id == unique_id
    assert str(endpoint.short_audio_url(COMMAND)).startswith(f"http{base[2:]}/speech/recognition/interactive/")


@pytest.mark.parametrize("mode", Mode)
def test_mode_stands_in_the_classic_path(mode: Mode) -> None:
    options = RecognitionOptions(mode=mode)
    address = f"ws://h/speech/recognition/{mode}/cognitiveservices/v1"
    assert urls(read_endpoint("ws://h"), options)[0] == address
    assert str(read_endpoint("ws://h").short_audio_url(options)).startswith(address.replace("ws", "http", 1))


@pytest.mark.parametrize(
    ("address", "generation"),
    [
        ("wss://h.example/speech/recognition/conversation/cognitiveservices/v1", CLASSIC),
        ("wss://h.example/proxy/to/speech", CLASSIC),
        ("wss://h.example/stt/speech/universal/v2", UNIVERSAL),
    ],
)
def test_full_address_is_taken_as_it_is(address: str, generation: Generation) -> None:
    endpoint = read_endpoint(address)
    assert endpoint.generations(COMMAND) == (generation,)
    assert urls(endpoint) == [address]


@pytest.mark.parametrize("base", ["ws://h:5000/v1.0", "wss://h/V1.0"])
@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("mode", Mode)
def test_base_of_2018_gets_the_classic_path(base: str, end: str, mode: Mode) -> None:
    endpoint = read_endpoint(base + end)
    options = RecognitionOptions(mode=mode)
    address = f"{base}/speech/recognition/{mode}/cognitiveservices/v1"
    assert urls(endpoint, options) == [address]
    assert str(endpoint.short_audio_url(options)).startswith(address.replace("ws", "http", 1))
    assert urls(endpoint, TranslationOptions(targets=("de",))) == [f"{base}/speech/translation/cognitiveservices/v1"]


@pytest.mark.parametrize(
    "texts",
    [
        ("wss://h.example/speech", "wss://h.example/speech/", "https://H.example:443/speech", "h.example/speech"),
        ("ws://h.example:5000", "http://h.example:5000/", "https://h.example:5000"),
        ("westeurope", "West Europe", "https://westeurope.api.cognitive.microsoft.com/"),
    ],
)
def test_same_resource_has_the_same_id(texts: tuple[str, ...]) -> None:
    assert len({read_endpoint(text).unique_id for text in texts}) == 1


def test_query_of_an_address_is_kept() -> None:
    endpoint = read_endpoint("wss://h.example/speech?tenant=a%20b")
    url = endpoint.websocket_url(CLASSIC, COMMAND)
    assert dict(url.query) == {"tenant": "a b", "language": "en-US", "format": "simple"}
    endpoint = read_endpoint("wss://h.example?tenant=1")
    assert str(endpoint.websocket_url(UNIVERSAL, COMMAND)) == "wss://h.example/stt/speech/universal/v2?tenant=1"


def test_custom_model_is_in_every_address() -> None:
    options = RecognitionOptions(custom_model="abcdef01-2345")
    for endpoint in (Endpoint.from_region("westus"), read_endpoint("ws://h"), read_endpoint("ws://h/p")):
        for generation in endpoint.generations(options):
            assert endpoint.websocket_url(generation, options).query["cid"] == "abcdef01-2345"


def test_whether_the_service_may_keep_the_audio_is_in_every_address() -> None:
    for endpoint in (Endpoint.from_region("westus"), read_endpoint("ws://h"), read_endpoint("ws://h/p")):
        for allowed in (True, False):
            options = RecognitionOptions(store_audio=allowed)
            for generation in endpoint.generations(options):
                url = endpoint.websocket_url(generation, options)
                assert url.query.get("storeAudio") == ("true" if allowed else None)


def test_a_model_in_a_pasted_regional_address_is_not_lost() -> None:
    address = "wss://westus.stt.speech.microsoft.com/speech/recognition/conversation/cognitiveservices/v1?cid=abcd-01"
    endpoint = read_endpoint(address)
    for generation in endpoint.generations(COMMAND):
        assert endpoint.websocket_url(generation, COMMAND).query["cid"] == "abcd-01"


def test_a_model_in_a_pasted_address_of_a_resource_is_not_lost() -> None:
    endpoint = read_endpoint("https://kitchen.services.ai.azure.com/stt/speech/universal/v2?cid=abcd-01&language=de-DE")
    for generation in endpoint.generations(COMMAND):
        assert endpoint.websocket_url(generation, COMMAND).query["cid"] == "abcd-01"
    assert endpoint.unique_id == "kitchen.cognitiveservices.azure.com/?cid=abcd-01"


@pytest.mark.parametrize("host", ["westus.s2s.speech.microsoft.com", "proxy.example"])
@pytest.mark.parametrize("path", ["/speech/translate", "/V1.0/speech/translate/"])
def test_an_address_of_the_older_service_translates_one_language_and_no_more(host: str, path: str) -> None:
    endpoint = read_endpoint(f"wss://{host}{path}")
    assert endpoint.generations(COMMAND) == ()
    assert endpoint.generations(TranslationOptions(targets=("de",))) == (Generation.TRANSLATOR,)
    assert endpoint.generations(TranslationOptions(targets=("de",), candidates=("en-US", "fr-FR"))) == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "https:///path",
        "ftp://h.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://h.example:99999",
        "https://h.example:port",
        "https://[::1",
        "https://user@h.example",
        "https://user:password@h.example",
        "https://h.example?Ocp-Apim-Subscription-Key=deadbeef",
        "https://h.example?AUTHORIZATION=deadbeef",
        "https://h.example/?subscription-key=deadbeef",
        "https://h.example/?access_token=deadbeef",
        "https://" + "x" * 70 + ".example",
        "https://a..b",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_endpoint(text)
    assert "deadbeef" not in str(refused.value)
    assert "password@" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://portal.azure.com/#@home/resource/subscriptions/1/providers/Microsoft.CognitiveServices/accounts/kitchen",
        "portal.azure.com",
        "https://ms.portal.azure.com/#home",
        "https://PORTAL.azure.cn/#home",
        "https://portal.azure.us/#home",
        "https://ai.azure.com/explore",
        "https://speech.microsoft.com/portal",
        "https://speech.azure.cn/portal",
        "https://oai.azure.com/portal",
        "https://kitchen.westus.models.ai.azure.com/chat/completions",
        "https://models.inference.ai.azure.com",
    ],
)
def test_page_of_the_portal_is_no_endpoint(text: str) -> None:
    """The key would be sent to it."""
    with pytest.raises(PortalPageError, match="the address of a page"):
        read_endpoint(text)


@pytest.mark.parametrize(
    ("text", "is_azure"),
    [
        ("westeurope", True),
        ("regionofthefuture4", True),
        ("https://kitchen.cognitiveservices.azure.com/", True),
        ("https://kitchen.services.ai.azure.com/", True),
        ("wss://westus.s2s.speech.microsoft.com/v1.0", True),
        ("ws://192.168.1.5:5000", False),
        ("wss://speech.example", False),
        ("wss://portal.azure.com.example", False),
    ],
)
def test_azure_is_told_from_others(text: str, is_azure: bool) -> None:  # noqa: FBT001
    assert read_endpoint(text).is_azure is is_azure


@pytest.mark.parametrize(
    ("text", "cloud"),
    [
        ("westeurope", "com"),
        ("usgovvirginia", "us"),
        ("chinaeast2", "cn"),
        ("https://kitchen.cognitiveservices.azure.com/", "com"),
        ("https://kitchen.cognitiveservices.azure.us/", "us"),
        ("https://kitchen.cognitiveservices.azure.cn/", "cn"),
        ("wss://speech.example.cn", "com"),
        ("ws://192.168.1.5:5000", "com"),
    ],
)
def test_cloud(text: str, cloud: str) -> None:
    assert read_endpoint(text).cloud == cloud


# --- whatever is pasted

hosts = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,5}){0,2}", fullmatch=True)
addresses = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["ws", "wss", "http", "https"]),
    hosts
    | st.sampled_from(["[::1]", "127.0.0.1", "kitchen.cognitiveservices.azure.com", "chinaeast2.stt.speech.azure.cn"]),
    st.sampled_from(["", ":80", ":443", ":5000"]),
    st.sampled_from(["", "/", "/a", "/a/", "/a%20b", "/a%2Fb/c", "/stt/speech/universal/v2", "/ü"]),
    st.sampled_from(["", "?a=1", "?a=1&a=2", "?a=b%26c"]),
)


def is_encrypted(address: str) -> bool:
    """Return whether what is sent there must be encrypted: if the address says so, and always on a resource's host."""
    return address.startswith(("wss", "https")) or ".cognitiveservices.azure." in address


@given(addresses)
def test_address_in_its_own_words_means_the_same(address: str) -> None:
    endpoint = Endpoint.from_url(address)
    if endpoint.url is not None:
        again = Endpoint.from_url(endpoint.url)
        assert again == endpoint
        assert again.unique_id == endpoint.unique_id
        given_, kept = urlsplit(address), urlsplit(endpoint.url)
        assert kept.scheme == ("wss" if is_encrypted(address) else "ws")
        assert kept.hostname == given_.hostname
        assert kept.query == ("" if endpoint.is_azure else given_.query)


@given(addresses, st.sampled_from(Mode))
def test_every_address_leads_to_a_websocket(address: str, mode: Mode) -> None:
    endpoint = Endpoint.from_url(address)
    options = RecognitionOptions(mode=mode)
    secure = is_encrypted(address) or endpoint.region is not None
    assert endpoint.encrypted is secure
    assert endpoint.generations(options)
    for generation in endpoint.generations(options):
        url = endpoint.websocket_url(generation, options)
        assert url.scheme == ("wss" if secure else "ws")
        assert url.path.strip("/")
    assert endpoint.short_audio_url(options).scheme == ("https" if secure else "http")
