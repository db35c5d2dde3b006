"""We say what Microsoft's SDKs say: the same conversations with the stand-in, compared with the recordings of theirs.

What is not the same is so on purpose, and stands in `differences` with its reason.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
import socket
from types import NoneType
from typing import Final, override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    Mode,
    Profanity,
    RecognitionOptions,
    SpeechClient,
    ThrottledError,
    TranslationOptions,
)
from tests.speech_service import Attempt, Behaviour, Connection, Dialect, Fault, Scripted, SpeechService, Utterance
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.engines import Status
from tests.speech_service.engines.legible import Legible, silence, speak
from tests.speech_service.faults import AudioReceived, Refuse, Reset
from tests.speech_service.service import Behaviours

from .caller import listen
from .differences import DIFFERENCES
from .recorded import RECORDINGS, Facts, Said, Upgrade, facts, lower, read

SDKS: Final = ("native", "javascript")
KEY: Final = "deadbeefdeadbeefdeadbeefdeadbeef"
AUDIO: Final = speak("What is the weather like?") + silence(0.6)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What the SDKs were recorded doing."""

    options: RecognitionOptions = field(default_factory=RecognitionOptions)
    region: str | None = None
    token: bool = False
    turns: int = 1
    path: str = ""
    """The path that the custom endpoint has, if it has one."""
    dialect: Dialect = Dialect.PHRASE
    behaviours: Behaviours = ()
    drop: bool = False
    """Whether the connection is lost in the middle of what is said."""
    refused: bool = False
    """Whether no connection can be opened, so that there is nothing but the requests for one."""
    understood: bool = True
    """Whether the service knows what was said."""
    live: bool = False
    """Whether the audio begins when the connection is there, and comes piece by piece."""


COMMAND: Final = RecognitionOptions()
CONVERSATION: Final = RecognitionOptions(mode=Mode.CONVERSATION)
TUNED: Final = RecognitionOptions(initial_silence=4.0, segmentation_silence=0.7, store_audio=True)
SPEAKERS: Final = replace(CONVERSATION, speakers=True)
GERMAN: Final = TranslationOptions(targets=("de",), mode=Mode.CONVERSATION)
GERMAN_AND_FRENCH: Final = replace(GERMAN, targets=("de", "fr"))
UNIVERSAL: Final = "/stt/speech/universal/v2"
S2S: Final = "/speech/translation/cognitiveservices/v1"
SCENARIOS: Final = {
    "speech-once": Scenario(),
    "speech-continuous": Scenario(options=CONVERSATION),
    "speech-dictation": Scenario(options=RecognitionOptions(mode=Mode.DICTATION)),
    "speech-detailed": Scenario(options=RecognitionOptions(detailed=True)),
    "speech-phrase-list": Scenario(options=RecognitionOptions(phrases=("Contoso", 'Jessie "Q" é'), phrase_weight=1.5)),
    "speech-profanity-raw": Scenario(options=RecognitionOptions(profanity=Profanity.RAW)),
    "speech-language-id-start": Scenario(options=RecognitionOptions(candidates=("en-US", "de-DE"))),
    "speech-language-id-continuous": Scenario(options=replace(CONVERSATION, candidates=("en-US", "de-DE", "fr-FR"))),
    "speech-custom-model": Scenario(options=RecognitionOptions(custom_model="abcdef01-2345-6789-abcd-ef0123456789")),
    "speech-options": Scenario(options=TUNED),
    "speech-token": Scenario(token=True),
    "speech-two-turns": Scenario(turns=2),
    "speech-push-realtime": Scenario(live=True),
    "speech-preconnect": Scenario(live=True),
    "speakers": Scenario(options=SPEAKERS),
    "speakers-options": Scenario(
        options=replace(
            SPEAKERS,
            initial_silence=4.0,
            segmentation_silence=0.7,
            store_audio=True,
            profanity=Profanity.RAW,
            phrases=("Contoso",),
            custom_model="abcdef01-2345-6789-abcd-ef0123456789",
        )
    ),
    "speakers-language-id": Scenario(options=replace(SPEAKERS, candidates=("en-US", "de-DE"))),
    "speakers-words": Scenario(options=replace(SPEAKERS, word_times=True)),
    "speakers-drop": Scenario(
        options=SPEAKERS, behaviours=[Behaviour(faults=(Fault(AudioReceived(10_000), Reset()),))], drop=True
    ),
    "speakers-v2-endpoint": Scenario(options=SPEAKERS, path=UNIVERSAL),
    "region-speakers": Scenario(region="westus", options=SPEAKERS),
    "longest-phrase": Scenario(
        options=replace(CONVERSATION, segmentation_silence=0.7, longest_phrase=30), path=UNIVERSAL
    ),
    "no-match": Scenario(understood=False),
    "http-429": Scenario(behaviours=lambda _: Behaviour(answer=Refuse(429)), refused=True),
    "drop-mid-utterance": Scenario(
        options=CONVERSATION, behaviours=[Behaviour(faults=(Fault(AudioReceived(10_000), Reset()),))], drop=True
    ),
    "translation-one-target": Scenario(options=replace(GERMAN, mode=Mode.INTERACTIVE)),
    "translation-two-targets": Scenario(options=GERMAN_AND_FRENCH),
    "translation-voice": Scenario(options=replace(GERMAN, voice="de-DE-KatjaNeural"), path=UNIVERSAL),
    "translation-language-id": Scenario(options=replace(GERMAN, candidates=("en-US", "es-ES")), path=UNIVERSAL),
    "translation-v2-response": Scenario(options=GERMAN, path=UNIVERSAL, dialect=Dialect.RESPONSE),
    "translation-v1-endpoint": Scenario(options=GERMAN_AND_FRENCH, path=S2S),
    "region-once": Scenario(region="westus"),
    "region-continuous": Scenario(region="westus", options=CONVERSATION),
    "region-options": Scenario(region="westus", options=replace(TUNED, profanity=Profanity.RAW, phrases=("Contoso",))),
    "region-usgov": Scenario(region="usgovvirginia"),
    "region-china": Scenario(region="chinaeast2"),
    # The s2s host, which is asked first, sends us to the other generation; then it serves.
    "region-translation": Scenario(
        region="westus", options=GERMAN_AND_FRENCH, behaviours=[Behaviour(answer=Refuse(404))]
    ),
    "region-translation-v1": Scenario(region="westus", options=GERMAN_AND_FRENCH),
}


class Everywhere(AbstractResolver):
    """Leads every name to one port on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0)
        ]

    @override
    async def close(self) -> None:
        pass


def _audio_heard(service: SpeechService) -> int:
    """Return the bytes of audio that came; less than none before there is a connection."""
    return service.connections[0].audio_size if service.connections else -1


async def microphone(service: SpeechService, scenario: Scenario) -> AsyncGenerator[bytes]:
    """Speak; the second half when the connection that is to be lost has been replaced."""
    half = len(AUDIO) // 2000 * 1000
    for start in range(0, len(AUDIO), 1000):
        if scenario.live:
            await service.until(lambda size=start: _audio_heard(service) >= size)  # type: ignore[misc]
        if scenario.drop and start == half:
            await service.until(lambda: len(service.connections) == 2)
        yield AUDIO[start : start + 1000]


def asked_by(request: Attempt | Connection) -> Upgrade:
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    return Upgrade(f"{request.path}?{query}", lower(request.headers.raw_items()))


def said_on(connection: Connection) -> list[Upgrade | Said]:
    messages = (Said(lower(message.headers), message.body) for message in connection.messages)
    return [asked_by(connection), *messages]


async def converse(scenario: Scenario) -> Facts:
    """Return what our client says in a scenario."""
    server, trusting = make_tls_contexts(*make_certificate())
    trusting.check_hostname = False  # the stand-in's certificate is for no public name
    async with SpeechService(
        Legible() if scenario.understood else Scripted([Utterance(status=Status.NO_MATCH)]),
        keys=[KEY],
        ssl=server if scenario.region else None,
        dialect=scenario.dialect,
        behaviours=scenario.behaviours,
    ) as service:
        token = service.authorization.issue_token()
        credentials = Credentials(token=token) if scenario.token else Credentials(key=KEY)
        url = service.url + scenario.path
        endpoint = Endpoint.from_region(scenario.region) if scenario.region else Endpoint.from_url(url)
        connector = aiohttp.TCPConnector(resolver=Everywhere(service.port), ssl=trusting)
        async with aiohttp.ClientSession(connector=connector) as session:
            client = SpeechClient(session, endpoint, credentials)
            for _ in range(scenario.turns):
                heard = await listen(client, microphone(service, scenario), scenario.options)
                assert isinstance(heard.error, ThrottledError if scenario.refused else NoneType)
                # All has been said when the report of the turn has come, and the connection is free for the next one.
                if not scenario.refused:
                    await service.until(lambda: bool(service.connections[-1].turns[-1].telemetry))
            await client.close()
        if scenario.refused:
            return facts(asked_by(attempt) for attempt in service.attempts)
        return facts(entry for connection in service.connections for entry in said_on(connection))


def differences(ours: Facts, theirs: Facts) -> dict[str, tuple[str | None, str | None]]:
    """Return the facts that are not the same: what we say and what they say, None for nothing."""
    return {
        name: (ours.get(name), theirs.get(name))
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    }


_conversations: dict[str, Facts] = {}


async def ours(scenario: str) -> Facts:
    """Return what our client says in a scenario, which it is asked once."""
    if scenario not in _conversations:
        _conversations[scenario] = await converse(SCENARIOS[scenario])
    return _conversations[scenario]


def test_every_recording_is_compared() -> None:
    assert {file.name for file in RECORDINGS.iterdir()} == {
        f"{scenario}.{sdk}.jsonl" for scenario in SCENARIOS for sdk in SDKS
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_we_say_what_the_sdks_say(scenario: str) -> None:
    said = await ours(scenario)
    unexplained = {
        (sdk, fact): values
        for sdk in SDKS
        for fact, values in differences(said, facts(read(scenario, sdk))).items()
        if not any(difference.covers(fact, sdk, scenario) for difference in DIFFERENCES)
    }
    assert unexplained == {}


async def test_every_difference_is_there() -> None:
    found = [
        (fact, sdk, scenario)
        for scenario in SCENARIOS
        for sdk in SDKS
        for fact in differences(await ours(scenario), facts(read(scenario, sdk)))
    ]
    assert [row for row in DIFFERENCES if not any(row.covers(*one) for one in found)] == []


@pytest.mark.parametrize("scenario", [name for name, scenario in SCENARIOS.items() if not scenario.refused])
async def test_what_the_protocol_asks_for_is_there(scenario: str) -> None:
    """Whatever the recordings have: the least that a service may demand."""
    said = await ours(scenario)
    assert said["connection ids"] == "1"  # also where the connection is made anew
    assert said["request ids"] == "one for each speech.context"
    assert said["upgrade.header.x-connectionid"] == "<id>"
    secret = "authorization" if SCENARIOS[scenario].token else "ocp-apim-subscription-key"
    assert f"upgrade.header.{secret}" in said
    assert not [name for name in said if name.startswith("upgrade.query.") and "<id>" in said[name]]
    for kind in ("speech.config", "speech.context", "audio (header)", "audio", "audio (end)", "telemetry"):
        assert said[f"{kind}.header.x-timestamp"] == "<time>"
        assert said.get(f"{kind}.header.x-requestid") == (None if kind == "speech.config" else "<id>")
    assert said["audio (header).header.content-type"] == "audio/x-wav"
    assert "audio.header.content-type" not in said
    for name in ("system.version", "os.platform", "os.name", "os.version"):
        assert said[f"speech.config.context.{name}"]
    for name in ("manufacturer", "model", "version"):
        assert said[f"speech.config.context.device.{name}"]
    assert said["telemetry.metrics.connection.id"] == "<id>"
