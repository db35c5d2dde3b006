"""What people paste: a region, an endpoint or a key in any wrapping, in the wrong field, and both in one."""

from contextlib import suppress
import time
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Endpoint
from custom_components.azure_speech_live.speech.pasted import (
    MAX_TEXT,
    find_key,
    names_resource,
    read_endpoint,
    read_key,
    sort_out,
)
from custom_components.azure_speech_live.speech.wire.endpoints import PortalPageError

KEY: Final = "0123456789abcdef0123456789abcdef"
LONG_KEY: Final = "1B2c" * 21
REGION: Final = Endpoint.from_region("westeurope")
OWN: Final = Endpoint.from_url("https://kitchen.cognitiveservices.azure.com")
# A page of the portal, copied as a whole, and what `az cognitiveservices account` prints.
PAGE: Final = f"""
KEY 1
{KEY}
KEY 2
fedcba9876543210fedcba9876543210
Location/Region
westeurope
Endpoint
https://westeurope.api.cognitive.microsoft.com/
"""
JSON: Final = f"""{{"customSubDomainName": null, "dateCreated": "2026-01-02T03:04:05.678Z",
 "endpoint": "https://westeurope.api.cognitive.microsoft.com/", "key1": "{KEY}",
 "endpoints": {{"Speech Services Speech to Text": "https://westeurope.stt.speech.microsoft.com"}}}}"""
CONNECTION: Final = f"Endpoint=https://westeurope.api.cognitive.microsoft.com/;SubscriptionKey={KEY}"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("westeurope", "westeurope"),
        ("West Europe", "westeurope"),
        (" WestEurope\n", "westeurope"),
        ("West US 3", "westus3"),
        ("China East 2", "chinaeast2"),
        ("West Europe (westeurope)", "westeurope"),
        ("(Europe) West Europe", "westeurope"),
        ("(Asia Pacific) Australia East", "australiaeast"),
    ],
)
def test_region_as_people_write_it(text: str, region: str) -> None:
    assert read_endpoint(text) == Endpoint.from_region(region)


@pytest.mark.parametrize(
    "text",
    [
        "West\u00a0Europe",
        "westeurope/",
        "WESTEUROPE.",
        "westeurope,",
        "west-europe",
        "Location: westeurope",
        "Location/Region westeurope",
        "Location/Region\r\nwesteurope\r\n",
        "Standort/Region: West Europe",
        "REGION=westeurope",
        "“West Europe”",
        "«westeurope»",
        "`westeurope`",
        "\ufeffwesteurope",
        "west\u200beurope\u2060",
        "west\u00adeurope",
        "\u202awesteurope\u202c",
        "ｗｅｓｔｅｕｒｏｐｅ",  # noqa: RUF001
        "区域：westeurope",  # noqa: RUF001
        "Endpoint: https://westeurope.api.cognitive.microsoft.com/",
        "Endpoint:https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issuetoken.",
        "<https://westeurope.api.cognitive.microsoft.com/>",
        "[the endpoint](https://westeurope.api.cognitive.microsoft.com/)",
        '"westeurope.api.cognitive.microsoft.com",',
        "My resource is in West Europe, see https://learn.microsoft.com/azure",
        "https://portal.azure.com/#home westeurope",
        PAGE,
        JSON,
        CONNECTION,
    ],
)
def test_a_region_in_its_wrapping(text: str) -> None:
    assert read_endpoint(text) == REGION
    assert names_resource(text)


@pytest.mark.parametrize(
    "text",
    [
        "Endpoint: https://kitchen.cognitiveservices.azure.com/",
        "Endpoint:kitchen.cognitiveservices.azure.com",
        "“https://kitchen.cognitiveservices.azure.com/”.",
        "https://kitchen\u200b.cognitiveservices.azure.com",
        "Kitchen (westeurope): https://kitchen.cognitiveservices.azure.com",
        "https://westeurope.stt.speech.microsoft.com, https://kitchen.cognitiveservices.azure.com",
    ],
)
def test_an_endpoint_in_its_wrapping(text: str) -> None:
    assert read_endpoint(text) == OWN


def test_a_hyphen_of_a_word_processor() -> None:
    dashed = "https://my\N{EN DASH}kitchen.cognitiveservices.azure.com"
    assert read_endpoint(dashed).unique_id == "my-kitchen.cognitiveservices.azure.com"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("(US) East US 2", "eastus2"),
        ("East US 9", "eastus9"),
        ("Mexico Central", "mexicocentral"),
        ("Region: mexicocentral.", "mexicocentral"),
        ("West Central US", "westcentralus"),
        ("South East Asia", "southeastasia"),
    ],
)
def test_a_region_is_not_taken_for_its_neighbour(text: str, region: str) -> None:
    assert read_endpoint(text).region == region


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://[]@",
        "https://[",
        "https://[ regionofthefuture",
        "http://\N{SNOWMAN}..example",
        "a.b:99999",
        "https://xn--99999999990123456789abcdef0123456789abcdef.example",
        "westeurope or northeurope",
        "ws://192.168.1.5:5000 ws://192.168.1.6:5000",
        "https://kitchen.cognitiveservices.azure.com https://bath.cognitiveservices.azure.com",
        "https://westeurope.api.cognitive.microsoft.com/ https://eastus.api.cognitive.microsoft.com/",
        "not an endpoint?",
        "x" * 1_000_000,
        KEY,
        LONG_KEY,
        f"KEY 1: {KEY}",
    ],
)
def test_what_names_no_endpoint(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_endpoint(text)
    assert not isinstance(refused.value, PortalPageError)
    assert KEY not in str(refused.value)
    assert not names_resource(text)


@pytest.mark.parametrize(
    "text", ["https://portal.azure.com/#home https://[", "https://[ https://portal.azure.com/#home"]
)
def test_a_page_of_the_portal_is_told_before_what_is_no_address(text: str) -> None:
    with pytest.raises(PortalPageError):
        read_endpoint(text)


@pytest.mark.parametrize("key", [KEY, LONG_KEY])
@pytest.mark.parametrize(
    "wrapping",
    [
        "{}",
        " {}\n",
        "KEY 1: {}",
        "Key1 = {}",
        "KEY 1\n{}",
        "Schlüssel 1：{}",  # noqa: RUF001
        "“{}”",
        "'{}',",
        "{}.",
        "\ufeff{}\u200b",
        'key1: "{}", key2: "fedcba9876543210fedcba9876543210"',
        "Endpoint=https://westeurope.api.cognitive.microsoft.com/;SubscriptionKey={}",
    ],
)
def test_a_key_in_its_wrapping(key: str, wrapping: str) -> None:
    assert read_key(wrapping.format(key)) == key


@pytest.mark.parametrize("broken", [f"{KEY[:20]}\n{KEY[20:]}", f"{KEY[:8]}\u00ad{KEY[8:]}", f"{KEY[:16]} {KEY[16:]}"])
def test_a_key_that_was_broken_into_lines(broken: str) -> None:
    assert read_key(broken) == KEY


@pytest.mark.parametrize(
    ("text", "key"),
    [("anything", "anything"), (" 'anything' ", "anything"), ("Key: anything", "anything"), ("a=b==", "a=b==")],
)
def test_a_container_takes_any_word(text: str, key: str) -> None:
    assert read_key(text) == key
    assert find_key(text) is None


@pytest.mark.parametrize(
    ("place", "secret"),
    [
        ("westeurope", KEY),
        (KEY, "westeurope"),
        (f"KEY 1: {KEY}", "Location/Region: West Europe"),
        (PAGE, "x"),
        ("x", JSON),
        (PAGE, PAGE),
        (CONNECTION, "westeurope"),
        (f"westeurope {KEY}", ""),
    ],
)
def test_each_is_found_in_whichever_field_it_stands(place: str, secret: str) -> None:
    place, secret = sort_out(place, secret)
    assert (read_endpoint(place), read_key(secret)) == (REGION, KEY)


@pytest.mark.parametrize(
    ("place", "secret"),
    [
        ("ws://192.168.1.20:5000", "anything"),
        ("regionofthefuture", "anything"),
        ("wss://proxy.example/0123456789abcdef0123456789abcdef", "anything"),
        ("???", KEY),
        ("westeurope", "northeurope"),
    ],
)
def test_what_stands_in_its_place_stays_there(place: str, secret: str) -> None:
    assert sort_out(place, secret) == (place, secret)


def test_a_region_that_is_not_known_yet_is_found_beside_a_key() -> None:
    assert sort_out(KEY, "regionofthefuture") == ("regionofthefuture", KEY)


@pytest.mark.parametrize("text", ["a" * MAX_TEXT, "a." * MAX_TEXT, "a:" * MAX_TEXT, "w_" * MAX_TEXT, "[" * MAX_TEXT])
def test_a_huge_text_takes_no_time(text: str) -> None:
    began = time.process_time()
    sort_out(text, text)
    with suppress(ValueError):
        read_endpoint(text)
    assert time.process_time() - began < 5


words = st.sampled_from([*"[]@:/.?#=<>\"'\0 \n", "https://", "wss://", "[::1]", ":99999", "xn--", KEY, "westeurope"])
pasted = st.text() | st.lists(words | st.text(max_size=3)).map("".join)


@given(pasted, pasted)
def test_any_text_is_understood_or_a_value_error(place: str, secret: str) -> None:
    place, secret = sort_out(place, secret)
    read_key(secret)
    try:
        endpoint = read_endpoint(place)
    except ValueError:
        return
    assert (endpoint.region is None) != (endpoint.url is None)
    assert endpoint.unique_id


@given(st.from_regex(r"[0-9a-f]{32}|[0-9A-Za-z]{84}", fullmatch=True))
def test_key_in_the_place_of_a_region_is_refused_and_not_quoted(key: str) -> None:
    """It would be sent to the name server, and its refusal may be logged."""
    with pytest.raises(ValueError, match="not the name of a region") as refused:
        read_endpoint(key)
    assert key not in str(refused.value)
