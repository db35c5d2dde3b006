"""What our client says in another way than Microsoft's SDKs, on purpose, each with its reason.

test_recordings.py compares, and finds what is not in this list, and what is in it without being so.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final


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
        "upgrade.path",
        "Translation is asked for where Microsoft documents it; the universal path, the SDKs' only one, comes second.",
        scenario="translation-*-target*",
    ),
    Difference("upgrade.query.*", "The path is another one.", sdk="native", scenario="translation-*-target*"),
    *(
        Difference(
            f"upgrade.{fact}", "The native SDK ignores that it is to use the older path.", "native", "*-translation-v1"
        )
        for fact in ("path", "host", "query.*")
    ),
    *(
        Difference(
            "upgrade.query.*",
            "On the universal path speech.context says it all, as the native SDK has it, so that one connection serves "
            "turns of any language.",
            sdk="javascript",
            scenario=scenario,
        )
        for scenario in ("region-[!t]*", "region-translation", "translation-v*e", "translation-language-id")
    ),
    Difference(
        "upgrade.query.to",
        "The native SDK repeats it for each language; the JavaScript SDK has commas.",
        sdk="native",
        scenario="translation-v1-endpoint",
    ),
    Difference(
        "upgrade.query.scenario",
        "The native SDK does not say it, the JavaScript SDK does.",
        sdk="native",
        scenario="translation-v1-endpoint",
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
    Difference(
        "upgrade.query.wordLevel*",
        "Only the times of words are asked for, where somebody uses them.",
        scenario="speech-detailed",
    ),
    Difference(
        "upgrade.query.wordLevel*",
        "How sure the service is of each word is not asked; of the JavaScript SDK no words were asked here.",
        scenario="speakers-words",
    ),
    Difference("upgrade.query.stableIntermediateThreshold", "Not offered.", scenario="speech-options"),
    Difference(
        "upgrade.query.endSilenceTimeoutMs", "Not offered: segmentation has replaced it.", scenario="speech-options"
    ),
    Difference(
        "upgrade.query.postprocessing", "Not offered: the service's own default is good.", scenario="speech-options"
    ),
    Difference("upgrade.query.myParam", "Not offered: a query of one's own.", scenario="speech-options"),
    Difference(
        "upgrade.headers",
        "Their order is aiohttp's, and means nothing in HTTP; which there are is compared one by one.",
    ),
    Difference("upgrades", "Who is told to slow down waits, and asks seven times in 25 s.", scenario="http-429"),
    # All messages
    Difference(
        "*.header.content-type",
        "The protocol page has `application/json; charset=utf-8` for every message with JSON; the SDKs do not agree.",
    ),
    Difference(
        "*.headers",
        "The protocol page asks for no order; ours is the JavaScript SDK's, which has the path first.",
        sdk="native",
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
        scenario="*drop*",
    ),
    # speech.config
    Difference("speech.config.header.x-requestid", "It is about the connection, not a turn.", sdk="javascript"),
    Difference("speech.config.headers", "The order is the same, but for that.", sdk="javascript"),
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
    Difference(
        "speech.context.phraseoutput.detailed.options.*",
        "Only the times of words are asked for, where somebody uses them; the native SDK asks for all that there is.",
        scenario="*-detailed",
        sdk="native",
    ),
    Difference(
        "speech.context.phraseoutput.detailed.options.*",
        "How sure the service is of each word is not asked; of the JavaScript SDK no words were asked here.",
        scenario="speakers-words",
    ),
    Difference("speech.context.phraseoutput.interimresults.stablethreshold", "Not offered.", scenario="*-options"),
    Difference("speech.context.phrasedetection.trailingsilencetimeout", "Not offered.", scenario="speech-options"),
    Difference("speech.context.phrasedetection.enrichment.interactive.*", "Not offered.", scenario="speech-options"),
    *(
        Difference(
            f"speech.context.{fact}",
            "The native SDK leaves it out where the query says it; with it, one form serves both generations of paths.",
            sdk="native",
            scenario="translation-v1-endpoint",
        )
        for fact in ("phrasedetection.language", "phrasedetection.on*.action")
    ),
    Difference(
        "speech.context.translation.on*.action",
        "They ask for no speech, which is so without them, as in the JavaScript SDK's.",
        sdk="native",
        scenario="*translation*",
    ),
    Difference(
        "speech.context.translation.output.interimresults.mode",
        "Hypotheses are to be translated as well, says the JavaScript SDK; the native SDK only beside candidates.",
        sdk="native",
    ),
    # who is speaking
    Difference(
        "upgrade.path",
        "The native SDK has a path of containers, the JavaScript SDK the classic one, which we ask for recognition.",
        sdk="native",
        scenario="speakers*",
    ),
    Difference(
        "upgrade.path", "In a region we ask on the universal path, as the native SDK.", "javascript", "region-speakers"
    ),
    Difference("upgrade.query.format", "The JavaScript SDK leaves it out here.", "javascript", "speakers*"),
    Difference(
        "upgrade.query.initialSilenceTimeoutMs",
        "The native SDK has it in speech.context only, the JavaScript SDK in both.",
        sdk="native",
        scenario="speakers-options",
    ),
    Difference(
        "upgrade.query.segmentationSilenceTimeoutMs",
        "The same holds for this.",
        sdk="native",
        scenario="speakers-options",
    ),
    Difference(
        "upgrade.query.language",
        "The JavaScript SDK leaves it out beside a custom model, the native SDK does not.",
        sdk="javascript",
        scenario="speakers-options",
    ),
    Difference(
        "speech.context.phrasedetection.speakerdiarization.identityprovider",
        "The native SDK says that there is none, the JavaScript SDK says nothing.",
        sdk="javascript",
    ),
    Difference(
        "speech.context.phrasedetection.speakerdiarization.diarizeintermediates",
        "It is an option of theirs, of which the recording has the default; we always want to know who speaks.",
        scenario="*speakers*",
    ),
    Difference(
        "speech.context.phrasedetection.speakerdiarization.audiooffsetms",
        "The connection was lost behind a phrase, here in the first. We say where the audio begins that is sent again, "
        "as the native SDK; the JavaScript SDK says how much it had sent.",
        scenario="speakers-drop",
    ),
    *(
        Difference(
            f"upgrade.query.{name}",
            "On the universal path speech.context says it all.",
            sdk="javascript",
            scenario="longest-phrase",
        )
        for name in ("format", "language", "segmentationSilenceTimeoutMs")
    ),
    Difference(
        "speech.context.synthesis.synthesizedlanguages.0",
        "The voice's language says it, as in the JavaScript SDK's.",
        sdk="native",
        scenario="translation-voice",
    ),
    # audio
    *(
        Difference(
            "audio.body",
            "What one person alone says goes out from 20 ms on, so that it is heard sooner; the SDKs wait for 100 ms.",
            scenario=scenario,
        )
        for scenario in ("*drop*", "speech-pre*", "speech-push*")
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
    *(
        Difference(
            f"telemetry.{fact}",
            "The JavaScript SDK leaves it out where the connection was opened ahead; the protocol page does not.",
            sdk="javascript",
            scenario="speech-preconnect",
        )
        for fact in ("metrics.connection.*", "receivedmessages.*")
    ),
    Difference(
        "telemetry.metrics.connection.error",
        "The protocol page wants attempts that failed to be reported; the SDKs had none here.",
        scenario="region-translation",
    ),
    Difference("telemetry.metrics.*latencyms", "The protocol page does not have them."),
)
