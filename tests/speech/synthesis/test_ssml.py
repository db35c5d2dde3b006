"""SSML: well-formed for any text, no more than is needed, and priced as the service does."""

from collections.abc import Sequence
import re
from typing import Final
from xml.etree import ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech.synthesis.ssml import (
    MAX_PHONEME,
    Phoneme,
    Piece,
    billed,
    billed_text,
    clean,
    document,
    text_of,
)
from custom_components.azure_speech_live.speech.synthesis_options import SynthesisOptions
from tests.speech_service.synthesis.ssml import read_ssml

from .texts import options, pieces

KATJA: Final = SynthesisOptions(voice="de-DE-KatjaNeural")
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
SPEECH: Final = "{http://www.w3.org/2001/10/synthesis}"
RECORDED: Final = (
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='http://www.w3.org/2001/mstts' "
    "xmlns:emo='http://www.w3.org/2009/10/emotionml' xml:lang='{language}'><voice name='{voice}'>{text}</voice></speak>"
)
"""What both of Microsoft's SDKs (native 1.53, JavaScript 1.52) made of plain text."""


def inside(text: str | Sequence[Piece], options: SynthesisOptions = KATJA) -> str:
    """Return what is in the document's voice, which is well-formed."""
    made = document([text] if isinstance(text, str) else text, options)
    ET.fromstring(made)  # noqa: S314 - it is ours
    return made.partition("<voice name='")[2].partition("'>")[2].removesuffix("</voice></speak>")


@given(pieces, options)
def test_it_is_well_formed_and_has_the_text(pieces: list[Piece], options: SynthesisOptions) -> None:
    root = ET.fromstring(document(pieces, options).encode())  # noqa: S314 - it is ours
    assert "".join(root.itertext()) == "".join(map(cleaned, pieces))
    assert {element.get(LANG) for element in root.iter()} - {None} == {root.get(LANG)}  # one language
    (voice,) = root
    assert voice.tag == f"{SPEECH}voice"
    assert voice.get("name") == options.voice


@given(pieces, options)
def test_the_service_understands_it(pieces: list[Piece], options: SynthesisOptions) -> None:
    said = read_ssml(
        document(pieces, options)
    )  # as the stand-in does, which is as strict as Microsoft's is known to be
    assert said.text == "".join(map(cleaned, pieces))
    assert said.voices == (options.voice,)
    assert {part.language for part in said.parts} <= {"", said.language}


def cleaned(piece: Piece) -> str:
    return clean(text_of(piece))


@given(st.text(st.characters()))
def test_what_xml_allows_is_kept(text: str) -> None:
    kept = [character for character in text.replace("\r\n", "\n").replace("\r", "\n") if is_xml(character)]
    assert clean(text) == "".join(kept)


def is_xml(character: str) -> bool:
    try:
        ET.fromstring(f"<a>{f'&#{ord(character)};'}</a>")  # noqa: S314 - it is ours
    except ET.ParseError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Jack & Jones", "Jack &amp; Jones"),
        ("Temp < 5 °C & > 0", "Temp &lt; 5 °C &amp; &gt; 0"),
        ("He said \"don't\" 'now'", "He said &quot;don&apos;t&quot; &apos;now&apos;"),
        ("AT&amp;T", "AT&amp;amp;T"),
        ("x ]]> y", "x ]]&gt; y"),
        ("a\0b\x0bc\ufffed\ud800e", "abcde"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ('<break time="2s"/>', "&lt;break time=&quot;2s&quot;/&gt;"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_reserved_characters(text: str, written: str) -> None:
    assert inside(text) == written


@pytest.mark.parametrize(
    ("voice", "language", "text"),
    [
        ("en-US-AvaMultilingualNeural", "en-US", "Hello world & <friends>, \"how' are you?"),
        ("de-DE-KatjaNeural", "de-DE", "Hi."),
    ],
)
def test_it_is_what_the_sdks_send(voice: str, language: str, text: str) -> None:
    theirs = RECORDED.format(language=language, voice=voice, text=text)
    for plain, escaped in {"&": "&amp;", "<f": "&lt;f", "s>,": "s&gt;,", '"h': "&quot;h", "w' a": "w&apos; a"}.items():
        theirs = theirs.replace(plain, escaped)
    ours = document([text], SynthesisOptions(voice=voice, language=language, mixed=True))
    assert ours == theirs.replace(" xmlns:emo='http://www.w3.org/2009/10/emotionml'", "")  # we have no such element


ANDREW: Final = "en-US-AndrewNeural"
AVA: Final = "en-US-Ava:DragonHDLatestNeural"
AVA_MULTILINGUAL: Final = "en-US-AvaMultilingualNeural"


@pytest.mark.parametrize(
    ("voice", "language", "locked"),
    [
        ("de-DE-KatjaNeural", None, None),
        ("de-DE-KatjaNeural", "de-DE", None),
        ("de-DE-KatjaNeural", "de-AT", "de-AT"),
        ("hu-HU-NoemiNeural", "hu-HU", None),
        ("zh-CN-sichuan-YunxiNeural", "zh-CN-sichuan", None),
        ("en-US-JennyNeural", "en-US", None),
        (ANDREW, "en-US", "en-US"),
        (AVA, "nl-NL", "nl-NL"),
        (AVA, None, "en-US"),
        (AVA_MULTILINGUAL, "hu-HU", "hu-HU"),
        (AVA_MULTILINGUAL, None, "en-US"),
        ("my-own-voice", "fr-FR", None),
        ("MyMultilingualNeural", "fr-FR", "fr-FR"),
    ],
)
def test_language_is_locked(voice: str, language: str | None, locked: str | None) -> None:
    options = SynthesisOptions(voice=voice, language=language)
    assert inside("at", options) == (f"<lang xml:lang='{locked}'>at</lang>" if locked else "at")
    mixed = SynthesisOptions(voice=voice, language=language, mixed=True)
    assert inside("at", mixed) == "at"
    for made in (document(["at"], options), document(["at"], mixed)):
        assert set(re.findall(r"xml:lang='([^']*)'", made)) == {language or made_of(voice)}


def made_of(voice: str) -> str:
    """Return the language that a voice is at home in."""
    return "en-US" if voice.startswith(("en-US", "My", "my")) else "-".join(voice.split("-")[:2])


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({}, "a"),
        ({"rate": 1.0, "pitch": 1.001, "volume": 0.999}, "a"),
        ({"rate": 0.7}, "<prosody rate='-30%'>a</prosody>"),
        ({"pitch": 1.1, "volume": 0.0}, "<prosody pitch='+10%' volume='-100%'>a</prosody>"),
        ({"rate": 2, "volume": 2}, "<prosody rate='+100%' volume='+100%'>a</prosody>"),
        ({"style": "cheerful"}, "<mstts:express-as style='cheerful'>a</mstts:express-as>"),
        ({"style": "sad", "degree": 2}, "<mstts:express-as style='sad' styledegree='2'>a</mstts:express-as>"),
        ({"style": "sad", "degree": 0.01}, "<mstts:express-as style='sad' styledegree='0.01'>a</mstts:express-as>"),
        ({"language": "de-AT", "rate": 2}, "<lang xml:lang='de-AT'><prosody rate='+100%'>a</prosody></lang>"),
        ({"role": "Girl"}, "<mstts:express-as role='Girl'>a</mstts:express-as>"),
        ({"style": "'><"}, "<mstts:express-as style='&apos;&gt;&lt;'>a</mstts:express-as>"),
        (
            {"style": "sad", "role": "Boy", "rate": 2},
            "<mstts:express-as style='sad' role='Boy'><prosody rate='+100%'>a</prosody></mstts:express-as>",
        ),
    ],
)
def test_what_is_set_is_said(changes: dict[str, object], written: str) -> None:
    assert inside("a", SynthesisOptions(**{"voice": KATJA.voice, **changes})) == written  # type: ignore[arg-type]


def test_pronunciation() -> None:
    text: list[Piece] = ["Das ", Phoneme("Knäcke & <Brot>", "knɛkə'"), "."]
    said = "<phoneme alphabet='ipa' ph='knɛkə&apos;'>Knäcke &amp; &lt;Brot&gt;</phoneme>"
    assert inside(text) == f"Das {said}."
    for voice in ("et-EE-AnuNeural", AVA, "en-US-NovaMultilingualNeural"):
        options = SynthesisOptions(voice=voice, mixed=True, rate=2, pitch=0.5)
        assert "<phoneme" not in inside(text, options)
        assert text_in(text, options) == "Das Knäcke & <Brot>."
    assert "<phoneme" not in inside(text, SynthesisOptions(voice=AVA_MULTILINGUAL, language="et-EE"))


def text_in(text: Sequence[Piece], options: SynthesisOptions) -> str:
    return "".join(ET.fromstring(document(text, options)).itertext())  # noqa: S314 - it is ours


@pytest.mark.parametrize("voice", [AVA, "en-US-NovaMultilingualNeural", "en-US-NovaMultilingualNeuralHD"])
def test_high_definition_voice_is_not_asked_for_prosody(voice: str) -> None:
    assert inside("a", SynthesisOptions(voice=voice, rate=2, pitch=0.5)) == "<lang xml:lang='en-US'>a</lang>"


@pytest.mark.parametrize(
    ("text", "ipa"), [("", "a"), ("a", ""), (" ", "a"), ("\0", "a"), ("a" * (MAX_PHONEME + 1), "a"), ("a", "a" * 1001)]
)
def test_pronunciation_that_cannot_be_sent(text: str, ipa: str) -> None:
    with pytest.raises(ValueError, match="a pronunciation has a text and sounds"):
        Phoneme(text, ipa)


@pytest.mark.parametrize(
    ("voice", "text", "count"),
    [
        ("hu-HU-NoemiNeural", "Tizenkét óra. ", 14),
        ("zh-CN-XiaoxiaoNeural", "直通", 4),
        ("zh-CN-XiaoxiaoNeural", "直通。\n", 6),
        ("ja-JP-NanamiNeural", "東京タワー", 7),
        ("ko-KR-SunHiNeural", "안녕 漢", 5),
        ("en-US-JennyNeural", "a & b\0", 5),
        ("en-US-JennyNeural", "👩\u200d👧", 3),
        ("zh-CN-XiaoxiaoNeural", "𠮷", 2),
        (AVA_MULTILINGUAL, "Hello", 5 + len("<lang xml:lang='en-US'></lang>")),
    ],
)
def test_billed_characters(voice: str, text: str, count: int) -> None:
    assert billed([text], SynthesisOptions(voice=voice)) == count


def test_markup_is_billed() -> None:
    options = SynthesisOptions(voice="en-US-JennyNeural", rate=0.7, pitch=1.1)
    assert billed(["text"], options) == 4 + len("<prosody rate='-30%' pitch='+10%'></prosody>")
    word = Phoneme("a&b", "ea")
    assert billed([word], KATJA) == 3 + len("<phoneme alphabet='ipa' ph='ea'></phoneme>")
    assert billed([word], SynthesisOptions(voice="et-EE-AnuNeural")) == 3


@given(pieces, options)
def test_what_is_billed_is_all_that_is_in_the_voice(pieces: list[Piece], options: SynthesisOptions) -> None:
    content = inside(pieces, options)
    written = re.sub("&(amp|lt|gt|quot|apos);(?![^<>]*>)", "x", content)
    ideographs = sum("\u4e00" <= character <= "\u9fff" for character in "".join(map(text_of, pieces)))
    assert billed(pieces, options) >= len(written) + ideographs


def test_text_without_markup_is_billed_by_itself() -> None:
    assert [billed_text(text) for text in ("", "Hello & more", "直通。\n")] == [0, 12, 6]
