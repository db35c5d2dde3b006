"""We say what Microsoft's SDKs say: the same conversations with the stand-in, compared with the recordings of theirs.

What is not the same is so on purpose, and stands in DIFFERENCES with its reason.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
import socket
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
)
from tests.speech_service import Behaviour, Connection, Fault, SpeechService
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.engines.legible import Legible, silence, speak
from tests.speech_service.faults import AudioReceived, Reset

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
    drop: bool = False
    """Whether the connection is lost in the middle of what is said."""


COMMAND: Final = RecognitionOptions()
CONVERSATION: Final = RecognitionOptions(mode=Mode.CONVERSATION)
TUNED: Final = RecognitionOptions(initial_silence=4.0, segmentation_silence=0.7)
SCENARIOS: Final = {
    "speech-once": Scenario(),
    "speech-continuous": Scenario(options=CONVERSATION),
    "speech-dictation": Scenario(options=RecognitionOptions(mode=Mode.DICTATION)),
    "speech-detailed": Scenario(options=RecognitionOptions(detailed=True)),
    "speech-phrase-list": Scenario(options=RecognitionOptions(phrases=("Contoso", 'Jessie "Q" é'))),
    "speech-profanity-raw": Scenario(options=RecognitionOptions(profanity=Profanity.RAW)),
    "speech-language-id-start": Scenario(options=RecognitionOptions(candidates=("en-US", "de-DE"))),
    "speech-language-id-continuous": Scenario(options=replace(CONVERSATION, candidates=("en-US", "de-DE", "fr-FR"))),
    "speech-custom-model": Scenario(options=RecognitionOptions(custom_model="abcdef01-2345-6789-abcd-ef0123456789")),
    "speech-options": Scenario(options=TUNED),
    "speech-token": Scenario(token=True),
    "speech-two-turns": Scenario(turns=2),
    "drop-mid-utterance": Scenario(options=CONVERSATION, drop=True),
    "region-once": Scenario(region="westus"),
    "region-continuous": Scenario(region="westus", options=CONVERSATION),
    "region-options": Scenario(region="westus", options=replace(TUNED, profanity=Profanity.RAW, phrases=("Contoso",))),
    "region-usgov": Scenario(region="usgovvirginia"),
    "region-china": Scenario(region="chinaeast2"),
}


@dataclass(frozen=True)
class Difference:
    """Something that we do not say as an SDK says it."""

    fact: str
    """Its name, as `recorded` names it; with * and ? as in file names."""
    reason: str
    sdk: str = "*"
    scenario: str = "*"

    def covers(self, fact: str, sdk: str, scenario: str) -> bool:
        names = ((fact, self.fact), (sdk, self.sdk), (scenario, self.scenario))
        return all(fnmatchcase(name, pattern) for name, pattern in names)


# Quoted in the documentation as they stand here.
DIFFERENCES: Final = (
    # The upgrade request
    Difference(
        "upgrade.query.Ocp-Apim-Subscription-Key",
        "A key in a URL gets into the logs of everything on its way; ours is in a header only.",
        sdk="javascript",
    ),
    Difference("upgrade.query.Authorization", "The same holds for a token.", sdk="javascript"),
    Difference(
        "upgrade.*.[Cc]onnection[Ii]d",
        "X-ConnectionId says it already: the second header and the copy in the query are for browsers.",
        sdk="javascript",
    ),
    Difference("upgrade.query.X-ConnectionId", "It is in the header.", sdk="javascript"),
    Difference("upgrade.header.user-agent", "It is the session's owner's: Home Assistant names itself."),
    Difference("upgrade.header.accept*", "aiohttp sends them with every request; they ask for nothing."),
    Difference(
        "upgrade.header.sec-websocket-protocol",
        "The JavaScript SDK names no subprotocol either, and the protocol page has none.",
        sdk="native",
    ),
    Difference(
        "upgrade.host",
        "The native SDK takes the public cloud's domain for the US government's regions; Microsoft's documentation "
        "and the JavaScript SDK have azure.us.",
        sdk="native",
        scenario="region-usgov",
    ),
    Difference(
        "upgrade.query.*",
        "On the universal path speech.context says it all, as the native SDK has it, so that one connection serves "
        "turns of any language.",
        sdk="javascript",
        scenario="region-*",
    ),
    Difference(
        "upgrade.query.format",
        "The native SDK leaves out the default, the JavaScript SDK does not.",
        sdk="native",
        scenario="[!r]*",
    ),
    Difference(
        "upgrade.query.language",
        "The JavaScript SDK leaves it out beside a custom model, the native SDK does not; the protocol requires it.",
        sdk="javascript",
        scenario="speech-custom-model",
    ),
    Difference(
        "upgrade.query.lidEnabled",
        "The candidates stand in speech.context; the query says that there are some, as the JavaScript SDK's does.",
        sdk="native",
    ),
    Difference(
        "upgrade.query.segmentationSilenceTimeoutMs",
        "The native SDK has it in speech.context only, the JavaScript SDK in both.",
        sdk="native",
        scenario="speech-options",
    ),
    Difference("upgrade.query.wordLevel*", "Word timings are not asked for: nothing uses them.", sdk="native"),
    Difference("upgrade.query.storeAudio", "Not offered: a household's speech is not kept.", scenario="*-options"),
    Difference("upgrade.query.stableIntermediateThreshold", "Not offered.", scenario="speech-options"),
    Difference(
        "upgrade.query.endSilenceTimeoutMs", "Not offered: segmentation has replaced it.", scenario="speech-options"
    ),
    Difference(
        "upgrade.query.postprocessing", "Not offered: the service's own default is good.", scenario="speech-options"
    ),
    Difference("upgrade.query.myParam", "Not offered: a query of one's own.", scenario="speech-options"),
    # All messages
    Difference(
        "*.header.content-type",
        "The protocol page has `application/json; charset=utf-8` for every message with JSON; the SDKs do not agree.",
    ),
    Difference(
        "*.header.x-streamid",
        "It counts streams for the native SDK's `audio.streams`; the JavaScript SDK sends neither.",
        sdk="native",
    ),
    Difference(
        "order",
        "The JavaScript SDK says speech.config again before each recognition; the protocol wants it once.",
        sdk="javascript",
        scenario="speech-two-turns",
    ),
    Difference(
        "order",
        "The protocol page wants a turn that was cut off to be reported on the next connection. The JavaScript SDK "
        "does not, and the native SDK does so at its end, where another loss would lose it.",
        scenario="drop-mid-utterance",
    ),
    # speech.config
    Difference("speech.config.header.x-requestid", "It is about the connection, not a turn.", sdk="javascript"),
    Difference("speech.config.context.system.*", "We say who we are."),
    Difference("speech.config.context.os.*", "What a household runs is not the service's business."),
    Difference("speech.config.context.device.*", "The protocol page requires it; it says no more than that."),
    Difference("speech.config.context.audio.source.type", "Ours is always a stream.", scenario="[!d]*"),
    Difference("speech.config.context.audio.source.model", "What the microphone is, we do not know."),
    Difference("speech.config.context.audio.source.manufacturer", "The same.", sdk="javascript"),
    Difference("speech.config.context.audio.source.connectivity", "The same.", sdk="javascript"),
    Difference("speech.config.recognition", "speech.context has the mode.", sdk="javascript"),
    # speech.context
    Difference(
        "speech.context.phrasedetection.mode",
        "The SDKs leave it out where the path says it; with it, one form serves both generations of paths.",
        scenario="[!r]*",
    ),
    Difference(
        "speech.context.phrasedetection.on*.action",
        "They ask for no translation, which is so without them, as in the JavaScript SDK's.",
        sdk="native",
        scenario="*language-id*",
    ),
    Difference("speech.context.audio.streams.1", "There is one stream, as for the JavaScript SDK.", sdk="native"),
    Difference(
        "speech.context.continuation.*",
        "The native SDK says which turn it goes on with, the JavaScript SDK does not. We need no more than that the "
        "audio which we send again is recognised, with times from its start.",
        sdk="native",
    ),
    Difference("speech.context.dgi.bias", "Not offered: 1 is the SDKs' default.", scenario="speech-phrase-list"),
    Difference("speech.context.phraseoutput.detailed.options.*", "Word timings are not asked for.", sdk="native"),
    Difference("speech.context.phraseoutput.interimresults.stablethreshold", "Not offered.", scenario="*-options"),
    Difference("speech.context.phrasedetection.trailingsilencetimeout", "Not offered.", scenario="speech-options"),
    Difference("speech.context.phrasedetection.enrichment.interactive.*", "Not offered.", scenario="speech-options"),
    # audio
    Difference(
        "audio.body",
        "What one person alone says goes out from 20 ms on, so that it is heard sooner; the SDKs wait for 100 ms.",
        scenario="drop-mid-utterance",
    ),
    # telemetry
    Difference(
        "telemetry.receivedmessages",
        "The protocol page and the native SDK have a list; the JavaScript SDK has an object.",
        sdk="javascript",
    ),
    Difference("telemetry.metrics.microphone.*", "The protocol page requires it."),
    Difference("telemetry.metrics.device.deviceid", "A household is not to be told from others.", sdk="native"),
    Difference("telemetry.metrics.listeningtrigger.*", "The protocol page leaves it to the client.", sdk="javascript"),
    Difference("telemetry.metrics.*latencyms", "The protocol page does not have them."),
)


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


async def microphone(service: SpeechService, connections: int) -> AsyncGenerator[bytes]:
    """Speak; the second half when there have been so many connections."""
    half = len(AUDIO) // 2000 * 1000
    for start in range(0, len(AUDIO), 1000):
        if start == half:
            await service.until(lambda: len(service.connections) >= connections)
        yield AUDIO[start : start + 1000]


def said_on(connection: Connection) -> list[Upgrade | Said]:
    query = "&".join(f"{name}={value}" for name, value in connection.query.items())
    upgrade = Upgrade(f"{connection.path}?{query}", lower(connection.headers.raw_items()))
    return [upgrade, *(Said(lower(message.headers), message.body) for message in connection.messages)]


async def converse(scenario: Scenario) -> Facts:
    """Return what our client says in a scenario."""
    server, trusting = make_tls_contexts(*make_certificate())
    trusting.check_hostname = False  # the stand-in's certificate is for no public name
    behaviours = [Behaviour(faults=(Fault(AudioReceived(10_000), Reset()),))] if scenario.drop else []
    async with SpeechService(
        Legible(), keys=[KEY], ssl=server if scenario.region else None, behaviours=behaviours
    ) as service:
        token = service.authorization.issue_token()
        credentials = Credentials(token=token) if scenario.token else Credentials(key=KEY)
        endpoint = Endpoint.from_region(scenario.region) if scenario.region else Endpoint.from_url(service.url)
        connector = aiohttp.TCPConnector(resolver=Everywhere(service.port), ssl=trusting)
        async with aiohttp.ClientSession(connector=connector) as session:
            client = SpeechClient(session, endpoint, credentials)
            for _ in range(scenario.turns):
                audio = microphone(service, 2 if scenario.drop else 1)
                async with aclosing(client.recognize(audio, scenario.options)) as events:
                    async for _event in events:
                        pass
                # All has been said when the report of the turn has come, and the connection is free for the next one.
                await service.until(lambda: bool(service.connections[-1].turns[-1].telemetry))
            await client.close()
        return facts([entry for connection in service.connections for entry in said_on(connection)])


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


@pytest.mark.parametrize("scenario", SCENARIOS)
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
