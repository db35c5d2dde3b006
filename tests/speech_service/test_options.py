"""What is read from paths, queries and contexts, with the contexts as both SDKs send them."""

from __future__ import annotations

import json

import pytest

from .options import Endpoint, Mode, Profanity, TurnOptions, read_options

_INTERACTIVE = Endpoint(mode=Mode.INTERACTIVE)
_UNIVERSAL = Endpoint()


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        # The native SDK (1.53.0).
        (
            '{"phraseDetection":{"language":"en-US"},"audio":{"streams":{"1":null}}}',
            TurnOptions(),
        ),
        (
            (
                '{"phraseDetection":{"mode":"DICTATION","language":"de-DE","DICTATION":{"segmentation":'
                '{"segmentationSilenceTimeoutMs":700,"mode":"Custom"}},"initialSilenceTimeout":4000,'
                '"trailingSilenceTimeout":900},"audio":{"streams":{"1":null}}}'
            ),
            TurnOptions(mode=Mode.DICTATION, languages=("de-DE",), initial_silence=4.0, end_silence=0.7),
        ),
        (
            (
                '{"phraseDetection":{"language":"en-US"},"phraseOutput":{"format":"Detailed","detailed":'
                '{"options":["WordTimings","WordConfidence"]}}}'
            ),
            TurnOptions(detailed=True, word_timings=True),
        ),
        (
            (
                '{"phraseDetection":{"language":"en-US"},"dgi":{"Groups":[{"Type":"Generic","Items":'
                '[{"Text":"Contoso"},{"Text":"Jessie"}]}],"bias":1.500000}}'
            ),
            TurnOptions(phrases=("Contoso", "Jessie")),
        ),
        # The JavaScript SDK (1.52.0).
        (
            '{"phraseDetection":{"language":"en-US","enrichment":{}},"phraseOutput":{}}',
            TurnOptions(),
        ),
        (
            (
                '{"phraseDetection":{"mode":"Conversation","language":"en-US","conversation":{"segmentation":'
                '{"segmentationSilenceTimeoutMs":700,"mode":"Custom"}},"enrichment":{"profanity":"Raw"}},'
                '"phraseOutput":{"detailed":{"options":[]},"format":"Detailed"}}'
            ),
            TurnOptions(mode=Mode.CONVERSATION, end_silence=0.7, profanity=Profanity.RAW, detailed=True),
        ),
        (
            (
                '{"phraseDetection":{"language":"en-US"},"dgi":{"groups":[{"type":"Generic","items":[{"text":"Contoso"}]}],'
                '"bias":1.5}}'
            ),
            TurnOptions(phrases=("Contoso",)),
        ),
        (
            (
                '{"languageId":{"languages":["en-US","de-DE"],"onSuccess":{"action":"Recognize"},"onUnknown":{"action":'
                '"None"},"mode":"DetectAtAudioStart","priority":"PrioritizeLatency"},"phraseDetection":{"customModels":'
                '[{"language":"en-US","endpoint":"model"}]},"phraseOutput":{"interimResults":{"resultType":"Auto"},'
                '"phraseResults":{"resultType":"Always"}}}'
            ),
            TurnOptions(languages=("en-US", "de-DE"), identify_language=True, custom_model="model"),
        ),
    ],
)
def test_contexts_of_the_sdks(context: str, expected: TurnOptions) -> None:
    assert read_options(_UNIVERSAL, {}, json.loads(context)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"language": "de-DE"}, TurnOptions(languages=("de-DE",))),
        ({"language": "en-US", "format": "simple"}, TurnOptions()),
        ({"language": "en-US", "format": "detailed"}, TurnOptions(detailed=True)),
        ({"language": "en-US", "profanity": "removed"}, TurnOptions(profanity=Profanity.REMOVED)),
        ({"language": "en-US", "cid": "model"}, TurnOptions(custom_model="model")),
        ({"language": "en-US", "initialSilenceTimeoutMs": "4000"}, TurnOptions(initial_silence=4.0)),
        ({"language": "en-US", "endSilenceTimeoutMs": "900"}, TurnOptions(end_silence=0.9)),
        (
            {"language": "en-US", "endSilenceTimeoutMs": "900", "segmentationSilenceTimeoutMs": "700"},
            TurnOptions(end_silence=0.7),
        ),
    ],
)
def test_queries(query: dict[str, str], expected: TurnOptions) -> None:
    assert read_options(_INTERACTIVE, query, None) == expected


def test_mode_of_the_path_wins() -> None:
    context = {"phraseDetection": {"mode": "DICTATION", "language": "en-US"}}
    assert read_options(_INTERACTIVE, {}, context).mode is Mode.INTERACTIVE


def test_scenario_in_the_query() -> None:
    assert read_options(_UNIVERSAL, {"language": "en-US", "scenario": "conversation"}, None).mode is Mode.CONVERSATION
