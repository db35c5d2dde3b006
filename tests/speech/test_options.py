"""Options: what is asked for stands in the query and in speech.context, as the stand-in reads them."""

import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Mode, Profanity, RecognitionOptions, TranslationOptions
from custom_components.azure_speech_live.speech.options import MAX_PHRASES
from tests.speech_service import options as stand_in

LOCALES = ["en-US", "de-DE", "fr-FR", "zh-CN-sichuan"]
seconds = st.none() | st.integers(100, 60_000).map(lambda milliseconds: milliseconds / 1000)
fields: Final[dict[str, st.SearchStrategy[object]]] = {
    "language": st.sampled_from(LOCALES),
    "mode": st.sampled_from(Mode),
    "candidates": st.just(()) | st.lists(st.sampled_from(LOCALES), min_size=2, unique=True).map(tuple),
    "detailed": st.booleans(),
    "profanity": st.sampled_from(Profanity),
    "phrases": st.lists(st.text(min_size=1), max_size=3).map(tuple),
    "initial_silence": seconds,
    "segmentation_silence": seconds,
    "custom_model": st.none() | st.uuids().map(str),
    "store_audio": st.booleans(),
    "word_times": st.booleans(),
    "audio_session": st.uuids().map(lambda session: session.hex),
    "session_offset": st.integers(0, 14_400_000).map(lambda milliseconds: milliseconds / 1000),
}
# One single phrase has neither.
of_several: Final = {"speakers": st.booleans(), "longest_phrase": st.none() | st.integers(20, 50)}


def _valid(kind: type[Any], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Any]:
    several = fields | of_several | {"mode": st.sampled_from([Mode.CONVERSATION, Mode.DICTATION])}
    return st.builds(kind, **fields) | st.builds(kind, **several)


options = _valid(RecognitionOptions, **fields)
TARGETS = ["de", "fr", "zh-Hans"]
translations = _valid(
    TranslationOptions,
    **fields,
    targets=st.lists(st.sampled_from(TARGETS), min_size=1, unique=True).map(tuple),
    voice=st.none() | st.sampled_from(["de-DE-KatjaNeural", "zh-CN-XiaoxiaoNeural", "nl-NL-FennaNeural"]),
)


@given(options, st.integers(0, 14_400_000))
def test_universal_path_is_told_all_in_the_context(options: RecognitionOptions, offset: int) -> None:
    context = json.loads(json.dumps(options.context(offset / 1000)))
    query = options.universal_query()
    said = stand_in.read_options(stand_in.Endpoint(), query, context)
    assert query.get("storeAudio") == ("true" if options.store_audio else None)
    assert said == stand_in.TurnOptions(
        mode=stand_in.Mode(options.mode),
        languages=options.candidates or (options.language,),
        identify_language=bool(options.candidates),
        detailed=options.detailed or options.word_times,
        word_timings=options.word_times,
        profanity=stand_in.Profanity(options.profanity),
        phrases=options.phrases,
        custom_model=options.custom_model,
        initial_silence=options.initial_silence,
        end_silence=options.segmentation_silence,
        longest_phrase=options.longest_phrase,
        audio_session=options.audio_session if options.speakers else "",
        audio_offset=round(options.session_offset * 1000 + offset) / 1000 if options.speakers else 0,
        diarize_intermediates=options.speakers,
    )
    assert query.get("language") == (options.language if options.speakers else None)  # as the SDKs do


@given(options)
def test_classic_path_is_told_the_same_in_the_query(options: RecognitionOptions) -> None:
    query = options.query()
    said = stand_in.read_options(stand_in.Endpoint(mode=stand_in.Mode(options.mode)), query, None)
    # Neither the candidates, with the model of one of them, nor the phrase list have a place in a query.
    assert said == stand_in.TurnOptions(
        mode=stand_in.Mode(options.mode),
        languages=(options.language,),
        detailed=options.detailed or options.word_times,
        word_timings=options.word_times,
        profanity=stand_in.Profanity(options.profanity),
        custom_model=None if options.candidates else options.custom_model,
        initial_silence=options.initial_silence,
        end_silence=options.segmentation_silence,
    )
    assert query.get("lidEnabled") == ("true" if options.candidates else None)
    assert query.get("storeAudio") == ("true" if options.store_audio else None)


def spoken(options: TranslationOptions) -> dict[str, str]:
    """Return which target is spoken by which voice: that of its language, or the first."""
    if options.voice is None:
        return {}
    own = [target for target in options.targets if target[:2] == options.voice[:2]]
    return {(own or options.targets)[0]: options.voice}


@given(translations)
def test_translation_is_asked_for_in_the_context(options: TranslationOptions) -> None:
    context = json.loads(json.dumps(options.context()))
    said = stand_in.read_options(stand_in.Endpoint(), options.universal_query(), context)
    assert said.translation == stand_in.Translation(targets=options.targets, voices=spoken(options))
    assert said.languages == (options.candidates or (options.language,))
    assert said.audio_session == (options.audio_session if options.speakers else "")
    assert "language" not in options.universal_query()
    # Beside what is translated nothing is said of what was heard, where its language is found out.
    hidden = {"interimResults": {"resultType": "None"}, "phraseResults": {"resultType": "None"}}
    output = context["phraseOutput"]
    assert (hidden.items() <= output.items()) == bool(options.candidates)
    assert (output.get("detailed") == {"options": ["WordTimings"]}) == options.word_times


@given(translations)
def test_translation_is_asked_for_in_the_query(options: TranslationOptions) -> None:
    query = options.query()
    assert query["from"] == ("" if options.candidates else options.language)
    said = stand_in.read_options(stand_in.Endpoint(translates=True), query | {"from": options.language}, None)
    assert said == stand_in.TurnOptions(
        mode=stand_in.Mode.INTERACTIVE if options.mode is Mode.INTERACTIVE else stand_in.Mode.CONVERSATION,
        languages=(options.language,),
        profanity=stand_in.Profanity(options.profanity),
        custom_model=None if options.candidates else options.custom_model,
        translation=stand_in.Translation(targets=options.targets, voices=spoken(options)),
    )


@pytest.mark.parametrize("target", TARGETS)
def test_another_target_can_be_spoken(target: str) -> None:
    options = TranslationOptions(targets=tuple(TARGETS), voice="de-DE-KatjaNeural", spoken_target=target)
    assert options.context()["synthesis"] == {"defaultVoices": {target: options.voice}}


@given(st.integers(MAX_PHRASES - 2, MAX_PHRASES + 2))
def test_phrase_list_is_bounded(count: int) -> None:
    phrases = tuple(f"phrase {number}" for number in range(count))
    items = RecognitionOptions(phrases=phrases).context()["dgi"]["groups"][0]["items"]
    assert [item["text"] for item in items] == list(phrases[:MAX_PHRASES])


@pytest.mark.parametrize(("weight", "written"), [(1, "1"), (1.0, "1"), (0.0, "0"), (0.5, "0.5"), (2.0, "2")])
def test_phrase_list_has_a_weight_always(weight: float, written: str) -> None:
    context = RecognitionOptions(phrases=("lamp",), phrase_weight=weight).context()
    assert json.dumps(context["dgi"]).endswith(f'"bias": {written}}}')


@pytest.mark.parametrize("weight", [-0.01, 2.01, float("nan"), float("inf")])
def test_weight_that_the_sdks_refuse_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="phrase_weight is from 0 to 2"):
        TranslationOptions(targets=("de",), phrase_weight=weight)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"speakers": True}, "one single phrase"),
        ({"longest_phrase": 30}, "one single phrase"),
        ({"longest_phrase": 19.9, "mode": Mode.CONVERSATION}, "longest_phrase is from 20 to 50"),
        ({"longest_phrase": 50.1, "mode": Mode.CONVERSATION}, "longest_phrase is from 20 to 50"),
        ({"audio_session": "A" * 32}, "32 hex digits"),
        ({"audio_session": "a" * 31}, "32 hex digits"),
        ({"session_offset": -1}, "session_offset is from 0"),
        ({"session_offset": float("nan")}, "session_offset is from 0"),
    ],
)
def test_what_no_service_can_do_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        RecognitionOptions(**changes)


@pytest.mark.parametrize("candidates", [(), ("en-US", "fr-FR")])
def test_translation_is_asked_for_the_model_and_the_storage_too(candidates: tuple[str, ...]) -> None:
    options = TranslationOptions(targets=("de",), candidates=candidates, custom_model="abcd-01", store_audio=True)
    query = options.query()
    assert query["storeAudio"] == "true"
    assert query.get("cid") == (None if candidates else "abcd-01")  # it stands in the context then


def test_what_is_not_asked_for_is_not_sent() -> None:
    assert RecognitionOptions().context() == {
        "phraseDetection": {"mode": "Interactive", "language": "en-US", "enrichment": {}},
        "phraseOutput": {},
    }
    assert RecognitionOptions().query() == {"language": "en-US", "format": "simple"}


def test_language_is_identified_once_in_a_command_and_all_along_in_a_conversation() -> None:
    candidates = ("en-US", "de-DE")
    modes = {
        mode: RecognitionOptions(candidates=candidates, mode=mode).context()["languageId"]["mode"] for mode in Mode
    }
    assert modes == {
        Mode.INTERACTIVE: "DetectAtAudioStart",
        Mode.CONVERSATION: "DetectContinuous",
        Mode.DICTATION: "DetectContinuous",
    }
