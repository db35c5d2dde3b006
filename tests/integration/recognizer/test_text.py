"""How texts are written: forms of the service, replaced words."""

# ruff: noqa: RUF001 - marks that look like others are the point

from collections import defaultdict
import re
from typing import Any

from homeassistant.components import conversation
from homeassistant.components.conversation import HOME_ASSISTANT_AGENT, ConversationInput
from homeassistant.components.conversation.default_agent import DefaultAgent
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.recognizer.text import Substitutions, TextForm, written
from custom_components.azure_speech_live.speech import Hypothesis, Phrase, RecognitionStatus

from ..growth import PROPORTIONAL, growth

# Without the few letters that are several things in another case, such as the Turkish i.
WORDS = st.text(st.characters(categories=["Ll", "Nd"], max_codepoint=0xFF), min_size=1, max_size=8)
SENTENCES = st.lists(WORDS, max_size=6).map(" ".join)
PHRASE = Phrase(
    status=RecognitionStatus.SUCCESS,
    text="Damn, 22.5 degrees!",
    lexical="damn twenty two point five degrees",
    itn="damn 22.5 degrees",
    masked_itn="**** 22.5 degrees",
)
NONE = Substitutions()


# --- the forms


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (TextForm.DISPLAY, "Damn, 22.5 degrees!"),
        (TextForm.DISPLAY_WITHOUT_PUNCTUATION, "Damn 22.5 degrees"),
        (TextForm.ITN, "**** 22.5 degrees"),
        (TextForm.LEXICAL, "damn 22.5 degrees"),
    ],
)
def test_a_phrase_in_every_form(form: TextForm, text: str) -> None:
    assert written(PHRASE, form, NONE) == text


@pytest.mark.parametrize("form", list(TextForm))
def test_what_the_service_did_not_give_is_its_own_form(form: TextForm) -> None:
    """A container or the REST API may give the display form only; hypotheses have one form."""
    assert written(Phrase(status=RecognitionStatus.SUCCESS, text="Stop"), form, NONE) == "Stop"
    assert written(Phrase(status=RecognitionStatus.NO_MATCH), form, NONE) == ""
    assert written(Hypothesis("turn on", 0.0, 0.5), form, NONE) == "turn on"


@pytest.mark.parametrize("form", list(TextForm))
def test_marks_that_nobody_sees_are_in_no_form(form: TextForm) -> None:
    said = "\u200foff\u200e \u2067\ufeffC\u00adD\u2069"
    phrase = Phrase(status=RecognitionStatus.SUCCESS, text=said, lexical=said, itn=said, masked_itn=said)
    assert written(phrase, form, NONE) == "off CD"
    assert written(Hypothesis(said, 0.0, 0.5), form, Substitutions.parse(["off => on"])) == "on CD"


def test_an_unmasked_form_takes_the_place_of_a_missing_masked_one() -> None:
    assert written(Phrase(status=RecognitionStatus.SUCCESS, text="No.", itn="no"), TextForm.ITN, NONE) == "no"


def test_words_without_numbers_are_those_that_were_spoken() -> None:
    phrase = Phrase(
        status=RecognitionStatus.SUCCESS,
        text="Play **** node.js.",
        lexical="play damn node dot js",
        itn="play **** node.js",
    )
    assert written(phrase, TextForm.LEXICAL, NONE) == "play damn node dot js"


# --- numbers in words

SPOKEN = {
    "de": ("radio um zwanzig prozent leiser", "radio um 20% leiser"),
    "en": ("turn down radio volume by twenty percent", "turn down radio volume by 20%"),
    "es": ("baja el volumen de la radio en veinte por ciento", "baja el volumen de la radio en 20%"),
    "it": ("abbassa il volume della radio del venti per cento", "abbassa il volume della radio del 20%"),
    "nl": ("verlaag het volume van de radio met twintig procent", "verlaag het volume van de radio met 20%"),
    "pl": ("zmniejsz głośność radio o dwadzieścia procent", "zmniejsz głośność radio o 20%"),
    "pt-BR": ("abaixa o volume da radio em vinte", "abaixa o volume da radio em 20"),
    "zh-CN": ("把radio音量降低百分之二十", "把radio音量降低20%"),
}
THEN = {
    "de": ("dimme den spot auf fünfzig prozent", "dimme den spot auf 50%"),
    "en": ("set spot to fifty percent", "set spot to 50%"),
    "es": ("establece el spot al cincuenta por ciento", "establece el spot al 50%"),
    "it": ("imposta lo spot al cinquanta per cento", "imposta lo spot al 50%"),
    "nl": ("zet de spot op vijftig procent", "zet de spot op 50%"),
    "pl": ("ustaw spot na pięćdziesiąt procent", "ustaw spot na 50%"),
    "pt-BR": ("mudar o spot para cinquenta porcento", "mudar o spot para 50%"),
    "zh-CN": ("把spot亮度调到百分之五十", "把spot亮度调到50%"),
}


@pytest.mark.parametrize("language", sorted(SPOKEN))
async def test_no_command_means_something_else_because_of_the_one_before(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """As they do in words. Where they no longer do, Home Assistant is mended, and may have them in words again."""
    assert await async_setup_component(hass, "conversation", {})
    agent = conversation.async_get_agent(hass)
    assert isinstance(agent, DefaultAgent)
    hass.states.async_set("media_player.radio", "playing", {"friendly_name": "Radio"})
    hass.states.async_set("light.spot", "on", {"friendly_name": "Spot"})

    async def meant(*texts: str) -> list[Any]:
        """Return by how much the volume changes, and how bright the light is."""
        monkeypatch.setattr("hassil.string_matcher._RANGE_TRIE_CACHE", defaultdict(dict))
        slots: dict[str, Any] = {}
        for text in texts:
            said = ConversationInput(text, Context(), None, None, None, language, HOME_ASSISTANT_AGENT)
            result = await agent.async_recognize_intent(said, strict_intents_only=True)
            slots |= {name: slot.value for name, slot in result.entities.items()} if result else {}
        return [slots.get("volume_step"), slots.get("brightness")]

    phrases = [
        Phrase(status=RecognitionStatus.SUCCESS, text="", lexical=lexical, itn=itn)
        for lexical, itn in (SPOKEN[language], THEN[language])
    ]
    assert await meant(*(written(phrase, TextForm.LEXICAL, NONE) for phrase in phrases)) == [-20, 50]
    in_words = [phrase.lexical or "" for phrase in phrases]
    assert await meant(*in_words) in ([-20, -50], [20, 50])


# --- replaced words


@pytest.mark.parametrize(
    ("lines", "text", "replaced"),
    [
        (["per cent => %"], "Set it to 50 Per  Cent.", "Set it to 50 %."),
        (["per cent => %"], "super cents, per century", "super cents, per century"),
        (["per => by", "per cent => %"], "5 per cent per day", "5 % by day"),
        (["a => b", "b => a"], "a b", "b a"),
        (["please =>"], "Light on, please.", "Light on."),
        (["please =>"], "please turn it on please", "turn it on"),
        (["c++ => c plus plus"], "c++ and c", "c plus plus and c"),
        (["x => \\1"], "x", "\\1"),
        (["grün => rot"], "GRÜN, grünlich", "rot, grünlich"),
        (["gru\u0308n => rot"], "GRÜN, grünlich", "rot, grünlich"),
        (["电灯泡 => 电灯"], "打开电灯泡吧", "打开电灯吧"),
        (["ไฟ => หลอดไฟ"], "เปิดไฟ", "เปิดหลอดไฟ"),
        (["बत => दीया"], "बत्ती जलाओ", "बत्ती जलाओ"),
        (["बत्ती => दीया"], "बत्ती जलाओ", "दीया जलाओ"),
        (["خانه => بیت"], "خانه\u200cها در خانه", "خانه\u200cها در بیت"),
        (["ང => ཁ"], "ང་ང", "ཁ་ཁ"),
        (["kid's lamp => lamp"], "Kid’s lamp and kid's lamp", "lamp and lamp"),
        (["s’il te plaît =>"], "Allume, s'il te plaît !", "Allume !"),
        (["per cent => ’"], "5 per cent", "5 ’"),
        (["\u200fper\u00a0cent\u200f => %"], "5 per cent", "5 %"),
        (["", "  ", "\u200f", "a=>b=>c"], "a", "b=>c"),
        ([], "  as it  is ", "  as it  is "),
    ],
)
def test_words_are_replaced(lines: list[str], text: str, replaced: str) -> None:
    assert Substitutions.parse(lines).apply(text) == replaced


@pytest.mark.parametrize("line", ["per cent", "=> %", "per cent -> %"])
def test_a_line_that_says_nothing(line: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(line)}$"):
        Substitutions.parse([f" {line} "])


@given(st.dictionaries(WORDS, WORDS, max_size=5), SENTENCES)
def test_each_word_is_replaced_for_itself(words: dict[str, str], text: str) -> None:
    """The rules do not see what other rules wrote."""
    replaced = Substitutions.parse(f"{heard} => {instead}" for heard, instead in words.items()).apply(text)
    assert replaced.split() == [words.get(word, word) for word in text.split()]


@pytest.mark.parametrize("repeated", [" ", "per  ", "please, ", "please,", "(please", "“please” ", "¿please? ", ", "])
def test_it_takes_time_in_proportion_to_the_text(repeated: str) -> None:
    substitutions = Substitutions.parse(["please =>", "per cent => %", "a b c => d"])
    assert growth(substitutions.apply, repeated) < PROPORTIONAL
