"""What listens behind the card: the microphone, the session and its loss, voices, and what is kept of it all."""

from itertools import groupby
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser
import pytest

from .conftest import Open, hum
from .wall import Wall

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

RATE: Final = 16_000
DEAF: Final = 0.25
"""Seconds of silence that are no accident: a browser on a busy machine has short ones, and deafness lasts longer."""
CAPTIONS: Final[dict[str, Any]] = {"mode": "captions", "languages": ["en-US"]}
INTERPRETER: Final[dict[str, Any]] = {
    "mode": "interpreter",
    "mine": "de-DE",
    "theirs": "en-US",
    "mine_voice": "de-DE-A",
    "theirs_voice": "en-US-B",
    "aloud": True,
}
OTHER: Final[dict[str, Any]] = {"from": "f" * 32}
VOICE: Final[dict[str, Any]] = {"media_content_id": "media-source://x", "url": "/api/voice.wav", "error": None}


def silence(samples: list[int]) -> float:
    """Return the seconds of the longest silence after the first sound: a microphone needs a moment."""
    runs = [(zero, len(list(run))) for zero, run in groupby(samples, lambda sample: sample == 0)]
    return max((length for zero, length in runs[1:] if zero), default=0) / RATE


async def begin(wall: Wall, key: str = "live", **config: Any) -> None:
    """Have `window[key]` listen as a card's button does."""
    await wall.page.evaluate(
        """async ([key, config]) => {
            const {Live} = await import("/live.js");
            const live = window[key] = Live.of(key);
            live.attach(house.hass, config);
            await live.start(house.hass, config);
        }""",
        [key, config or CAPTIONS],
    )


async def has(wall: Wall, condition: str) -> None:
    """Wait for something of `live`."""
    await wall.page.wait_for_function(f"(({{live}}) => {condition})(window)")


async def get(wall: Wall, what: str) -> Any:
    """Return something of `live`."""
    return await wall.page.evaluate(f"(({{live}}) => {what})(window)")


async def test_the_microphone_is_heard_at_the_rate_of_the_service_in_frames_of_50_ms(wall: Wall) -> None:
    await begin(wall)
    message = await wall.sessions(1)
    assert message["type"] == "azure_speech_live/recognize"
    assert message["language"] == ["en-US"]
    assert message["sample_rate"] == RATE
    assert "after" not in message
    samples = await wall.heard(1, RATE)
    assert silence(samples) < DEAF
    assert max(samples) > 1000
    assert await wall.page.evaluate("house.sessions[0].audio.every(({length}) => length === 1600)")
    assert await get(wall, "live.state") == "listening"


async def test_what_is_said_is_a_segment_from_its_first_words_on(wall: Wall) -> None:
    await begin(wall)
    await wall.hypothesis("a", "hello")
    assert await get(wall, "[...live.current.values()].map(({text}) => text)") == ["hello"]
    await wall.tell("nothing", id="a")
    assert await get(wall, "live.current.size") == 0
    await wall.hypothesis("b", "good")
    await wall.phrase("b", "Good morning.")
    await wall.phrase("c", "All.")
    await wall.tell("speaker", id="b", speaker="Guest-1")
    assert await get(wall, "[live.current.size, live.segments.map(({text, speaker}) => [text, speaker])]") == [
        0, [["Good morning.", "Guest-1"], ["All.", None]],
    ]  # fmt: skip
    await get(wall, "live.clear()")
    assert await get(wall, "live.segments") == []


async def test_no_more_is_kept_than_2000_segments(wall: Wall) -> None:
    await begin(wall)
    await wall.page.evaluate("""() => {
        const said = {type: "phrase", text: "x", language: "en-US", offset: 0, duration: 1, translations: {}};
        for (let n = 0; n < 2100; n++) house.tell({...said, id: String(n)});
    }""")
    assert await get(wall, "[live.segments.length, live.segments[0].id]") == [2000, "100"]


async def test_after_a_loss_it_goes_on_behind_what_is_known_and_nothing_is_said_twice(wall: Wall) -> None:
    await begin(wall)
    await wall.heard(1, RATE)
    await wall.phrase("a", "One.", offset=0.2, duration=0.3)
    await wall.hypothesis("b", "two", offset=0.6, duration=0.2)
    before = await wall.page.evaluate("house.audio(1)")
    await wall.lose()
    assert await get(wall, "[live.state, live.current.size]") == ["reconnecting", 0]
    await wall.page.wait_for_timeout(500)
    await wall.restore()
    message = await wall.sessions(2)
    assert message["after"] == {"session": "1".zfill(32), "offset": 0.5}
    after = await wall.heard(2, len(before) - RATE // 2 + RATE)
    assert after[: len(before) - RATE // 2] == before[RATE // 2 :]
    assert silence(after) < DEAF
    await has(wall, "live.state === 'listening'")
    await wall.phrase("2b", "Two.", offset=0.6, duration=0.2)
    assert await get(wall, "live.segments.map(({text, offset}) => [text, offset])") == [["One.", 0.2], ["Two.", 0.6]]
    assert await get(wall, "live.lost") == 0


async def test_home_assistant_may_need_a_moment_after_a_loss(wall: Wall) -> None:
    await begin(wall)
    await wall.answer("recognize", {"refused": {"code": "unknown_command", "message": "Unknown"}})
    await wall.lose()
    await wall.restore()
    await wall.sessions(2)
    assert await get(wall, "live.state") == "reconnecting"
    await wall.answer("recognize", None)
    await wall.sessions(3)
    await has(wall, "live.state === 'listening'")


async def test_of_what_is_said_during_a_loss_only_so_much_is_kept_as_may_wait(wall: Wall) -> None:
    await wall.page.evaluate("house.starts = false")
    await begin(wall)
    await wall.tell("start", version=2, binary_handler_id=1, session="1" * 32, backlog=RATE)
    await wall.heard(1, RATE // 2)
    await wall.lose()
    await has(wall, "live.lost > 0.5")
    before = await get(wall, "live.lost")
    await wall.restore()
    message = await wall.sessions(2)
    after = await get(wall, "live.lost")  # more of it, until the session begins
    sent = await wall.page.evaluate("house.audio(1).length") / RATE
    assert sent + before - 0.11 < message["after"]["offset"] < sent + after + 0.11


async def test_what_the_socket_does_not_take_is_kept(wall: Wall) -> None:
    await begin(wall)
    await wall.heard(1, 1)
    await wall.page.evaluate("house.connection.socket.bufferedAmount = 1e6")
    held = len(await wall.heard(1, 1))
    await wall.page.wait_for_timeout(400)
    assert len(await wall.heard(1, 1)) == held
    await wall.page.evaluate("house.connection.socket.bufferedAmount = 0")
    samples = await wall.heard(1, held + RATE // 2)
    assert silence(samples) < DEAF


async def test_it_is_deaf_while_a_translation_is_heard_and_300_ms_more(wall: Wall) -> None:
    await begin(wall, **INTERPRETER)
    message = await wall.sessions(1)
    assert message["voices"] == {"de-DE": "de-DE-A", "en-US": "en-US-B"}
    assert message["language"] == message["target_language"] == ["de-DE", "en-US"]
    await wall.heard(1, RATE // 2)
    await wall.tell("synthesis", id="a", language="en-US", **VOICE)
    await has(wall, "live.state === 'speaking'")
    await has(wall, "live.state === 'listening'")
    samples = await wall.heard(1, len(await wall.heard(1, 1)) + RATE // 2)
    assert 0.7 < silence(samples) < 1.3  # a voice of half a second


async def test_with_headphones_it_is_never_deaf(wall: Wall) -> None:
    await begin(wall, **INTERPRETER, headphones=True)
    await wall.tell("synthesis", id="a", language="en-US", **VOICE)
    await has(wall, "live.playing")
    await has(wall, "!live.playing")
    samples = await wall.heard(1, len(await wall.heard(1, 1)))
    assert silence(samples) < DEAF


async def test_a_voice_is_stopped_by_a_touch_and_those_that_wait_as_well(wall: Wall) -> None:
    await begin(wall, **INTERPRETER)
    for number in "ab":
        await wall.tell("synthesis", id=number, language="en-US", **VOICE)
    await has(wall, "live.playing")
    await get(wall, "live.skip()")
    assert not await get(wall, "live.playing")
    await wall.page.wait_for_timeout(300)
    assert not await get(wall, "live.playing")


async def test_a_voice_that_the_browser_refuses_waits_for_a_touch(open_wall: Open) -> None:
    refusing = """
        const {play} = HTMLMediaElement.prototype;
        HTMLMediaElement.prototype.play = async () => { throw new DOMException("", "NotAllowedError") };
        window.touch = () => { HTMLMediaElement.prototype.play = play };
    """
    async with open_wall(before=refusing) as wall:
        await begin(wall, **INTERPRETER)
        await wall.tell("synthesis", id="a", language="en-US", **VOICE)
        await has(wall, "live.silenced")
        await wall.page.evaluate("touch(), live.play()")
        await has(wall, "live.playing && !live.silenced")


async def test_a_device_speaks_what_its_side_understands(wall: Wall) -> None:
    await begin(wall, **INTERPRETER, side="mine", conversation="door")
    watch, _ = (await wall.sessions(1))["conversation"], await wall.sessions(2)
    assert watch == "door"
    assert (await wall.sessions(2))["language"] == "de-DE"
    assert (await wall.sessions(2))["target_language"] == ["en-US"]
    await wall.tell("synthesis", to=1, **OTHER, id="a", language="en-US", **VOICE)
    assert not await get(wall, "live.playing")
    await wall.tell("synthesis", to=1, **OTHER, id="b", language="de-DE", **VOICE)
    await has(wall, "live.playing")
    await has(wall, "!live.playing")
    assert [message["playing"] for message in await wall.sent("playing")] == [True, False]


async def test_in_a_conversation_it_is_deaf_while_another_device_plays(wall: Wall) -> None:
    await begin(wall, **CAPTIONS, conversation="door")
    await wall.heard(2, 1)
    await wall.tell("playing", to=1, **OTHER, playing=True)
    start = len(await wall.heard(2, 1))
    assert await get(wall, "live.state") == "speaking"
    samples = await wall.heard(2, start + RATE // 2)
    assert not any(samples[start + 1600 :])
    await wall.tell("playing", to=1, **OTHER, playing=False)
    await has(wall, "live.state === 'listening'")


async def test_a_conversation_is_shown_with_what_was_said_before_and_after_a_loss_once(wall: Wall) -> None:
    await begin(wall, **CAPTIONS, source="none", conversation="door")
    assert [message["type"] for message in await wall.page.evaluate("house.sessions.map(({message}) => message)")] == [
        "azure_speech_live/watch"
    ]
    other: dict[str, Any] = {**OTHER, "language": "en-US", "offset": 1, "duration": 1, "translations": {}}
    recent = [{"id": "a", "text": "One.", **other}]
    await wall.tell("watching", recent=recent, sessions=["f" * 32])
    await wall.tell("phrase", id="b", text="Two.", **other)
    await wall.lose()
    await wall.restore()
    await wall.sessions(2)
    await wall.tell(
        "watching", recent=[*recent, {"id": "b", "text": "Two.", **other}, {"id": "c", "text": "Three.", **other}]
    )
    assert await get(wall, "live.segments.map(({text}) => text)") == ["One.", "Two.", "Three."]
    assert await get(wall, "live.state") == "listening"


async def test_a_pause_is_silence_and_a_long_one_ends_the_session(wall: Wall) -> None:
    await wall.page.clock.install()
    await begin(wall)
    await wall.heard(1, RATE // 2)
    await get(wall, "live.pause()")
    start = len(await wall.heard(1, 1))
    assert await get(wall, "live.state") == "paused"
    assert not any((await wall.heard(1, start + RATE // 2))[start + 1600 :])
    await wall.page.clock.fast_forward(31_000)
    await wall.page.wait_for_function("house.sessions[0].finished")
    await wall.tell("end", reason="stopped", to=1)
    end = len(await wall.heard(1, 1))
    assert await get(wall, "live.state") == "paused"
    await wall.page.wait_for_timeout(500)
    await get(wall, "live.resume()")
    assert (await wall.sessions(2))["after"]["offset"] > end / RATE + 0.4
    samples = await wall.heard(2, RATE // 2)
    assert silence(samples) < DEAF
    assert await get(wall, "live.state") == "listening"


async def test_it_ends_with_the_last_words(wall: Wall) -> None:
    await begin(wall)
    await wall.heard(1, 1)
    await wall.page.evaluate("void live.stop()")
    assert await get(wall, "live.state") == "idle"
    assert await wall.page.evaluate("house.sessions[0].finished")
    await wall.phrase("a", "Last.")
    await wall.tell("end", reason="stopped")
    assert await get(wall, "live.segments.map(({text}) => text)") == ["Last."]
    await begin(wall)
    assert (await wall.sessions(2))["after"]["session"] == "1".zfill(32)


@pytest.mark.parametrize("reason", ["silence", "limit", "source"])
async def test_an_end_that_nobody_asked_for_is_told(wall: Wall, reason: str) -> None:
    await begin(wall)
    await wall.tell("end", reason=reason)
    assert await get(wall, "[live.state, live.reason]") == ["ended", reason]


async def test_errors_are_told_by_their_key(wall: Wall) -> None:
    await begin(wall)
    await wall.tell("error", code="too_many_requests", message="Too many", placeholders={"seconds": "3"})
    assert await get(wall, "[live.state, live.error]") == [
        "error", {"code": "too_many_requests", "message": "Too many", "placeholders": {"seconds": "3"}},
    ]  # fmt: skip
    await wall.answer("recognize", {"refused": {
        "code": "no_resource", "message": "None", "translation_key": "no_resource", "translation_placeholders": {},
    }})  # fmt: skip
    await begin(wall)
    assert await get(wall, "[live.state, live.error.code]") == ["error", "no_resource"]


async def test_a_browser_that_resamples_nothing_sends_at_the_rate_of_the_device(open_wall: Open) -> None:
    firefox = """
        const {createMediaStreamSource} = AudioContext.prototype;
        AudioContext.prototype.createMediaStreamSource = function (stream) {
            if (this.sampleRate === 16000) throw new DOMException("", "NotSupportedError");
            return createMediaStreamSource.call(this, stream);
        };
    """
    async with open_wall(before=firefox) as wall:
        await begin(wall)
        rate = (await wall.sessions(1))["sample_rate"]
        assert rate in (44_100, 48_000)
        samples = await wall.heard(1, rate // 2)
        assert max(samples) > 1000


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NotAllowedError", "card_microphone_denied"),
        ("NotFoundError", "card_no_microphone"),
        ("NotReadableError", "card_microphone_busy"),
    ],
)
async def test_a_microphone_that_is_not_to_be_had_is_told(open_wall: Open, name: str, code: str) -> None:
    refusing = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}') }}"
    async with open_wall(before=refusing) as wall:
        await begin(wall)
        assert await get(wall, "[live.state, live.error.code]") == ["error", code]
        assert not await wall.sent("recognize")


async def test_without_https_there_is_no_microphone(open_wall: Open) -> None:
    async with open_wall(before="Object.defineProperty(window, 'isSecureContext', {value: false})") as wall:
        await begin(wall)
        assert await get(wall, "[live.state, live.error.code]") == ["error", "card_no_https"]


async def test_a_locked_device_pauses_and_goes_on(open_wall: Open) -> None:
    remembering = """
        window.contexts = [];
        window.AudioContext = class extends AudioContext {
            constructor(options) {
                super(options);
                contexts.push(this);
            }
        };
    """
    async with open_wall(before=remembering) as wall:
        await begin(wall)
        await wall.heard(1, RATE // 2)
        await wall.page.evaluate("contexts[0].suspend()")
        await has(wall, "live.state === 'paused' && live.reason === 'suspended'")
        sent = len(await wall.heard(1, 1))
        await wall.tell("end", reason="silence")
        assert await get(wall, "live.state") == "paused"
        await wall.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await has(wall, "live.state === 'listening'")
        assert (await wall.sessions(2))["after"]["offset"] == pytest.approx(sent / RATE, abs=0.06)


async def test_a_microphone_that_is_taken_away_is_told(open_wall: Open) -> None:
    remembering = """
        const {getUserMedia} = MediaDevices.prototype;
        MediaDevices.prototype.getUserMedia = async function (...asked) {
            return (window.stream = await getUserMedia.apply(this, asked));
        };
    """
    async with open_wall(before=remembering) as wall:
        await begin(wall)
        assert await wall.page.evaluate("stream.getAudioTracks()[0].getSettings().echoCancellation")
        await wall.page.evaluate("stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
        assert await get(wall, "[live.state, live.error.code]") == ["error", "card_microphone_ended"]
        assert await wall.page.evaluate("stream.getAudioTracks()[0].readyState") == "ended"


async def test_two_cards_listen_each_for_itself(wall: Wall) -> None:
    await begin(wall)
    await begin(wall, "other")
    await wall.heard(2, 1)
    await wall.phrase("a", "One.", to=1)
    await wall.phrase("b", "Two.", to=2)
    said = "[live, other].map(({segments}) => segments.map(({text}) => text))"
    assert await wall.page.evaluate(said) == [["One."], ["Two."]]
    await wall.page.evaluate("void other.stop()")
    assert await get(wall, "live.state") == "listening"


async def test_a_source_of_home_assistant_needs_no_microphone(wall: Wall) -> None:
    await begin(wall, **CAPTIONS, source="media_player.radio", entity="stt.house")
    message = await wall.sessions(1)
    assert message["source"] == {"player": "media_player.radio"}
    assert message["entity_id"] == "stt.house"
    assert "sample_rate" not in message


async def test_a_card_that_is_shown_no_longer_listens_no_longer(wall: Wall) -> None:
    await wall.page.clock.install()
    await begin(wall)
    await get(wall, "(live.detach(), live.attach(house.hass, {}))")
    await wall.page.clock.fast_forward(20_000)
    assert await get(wall, "live.on")
    await get(wall, "live.detach()")
    await wall.page.clock.fast_forward(20_000)
    assert not await get(wall, "live.on")


async def test_another_language_takes_over_from_where_the_first_one_ends(wall: Wall) -> None:
    await begin(wall, **INTERPRETER, turns="buttons")
    await wall.heard(1, RATE // 4)
    await wall.page.evaluate(
        "void live.start(house.hass, {mode: 'interpreter', mine: 'de-DE', theirs: 'en-US'}, {language: 'en-US'})"
    )
    assert await wall.page.evaluate("house.sessions[0].finished")
    sent = len(await wall.heard(1, 1))
    await wall.tell("end", reason="stopped", to=1)
    message = await wall.sessions(2)
    assert message["language"] == "en-US"
    assert message["target_language"] == ["de-DE"]
    assert message["after"]["offset"] == pytest.approx(sent / RATE)
    await wall.heard(2, RATE // 4)


async def test_the_end_of_one_session_is_not_that_of_the_conversation(wall: Wall) -> None:
    await begin(wall, **CAPTIONS, source="none", conversation="door")
    said: dict[str, Any] = {"language": "en-US", "offset": 0, "duration": 1, "translations": {}}
    await wall.tell("hypothesis", **OTHER, id="a", text="Not", stable=0, **said)
    await wall.tell("end", **OTHER, reason="stopped")
    assert await get(wall, "live.current.size") == 0
    await wall.tell("phrase", **OTHER, **said, id="b", text="Still here.")
    assert await get(wall, "[live.state, live.segments.length]") == ["listening", 1]


async def test_a_screen_on_the_wall_tries_again_by_itself(wall: Wall) -> None:
    await wall.answer("watch", {"refused": {"code": "unknown_command", "message": "Unknown"}})
    await wall.page.evaluate("""async () => {
        const {Live} = await import("/live.js");
        window.live = Live.of("live");
        live.attach(house.hass, {mode: "captions", source: "none", conversation: "door"});
    }""")
    await wall.sessions(1)
    await wall.answer("watch", None)
    await wall.sessions(2)
    await has(wall, "live.state === 'listening'")


async def test_what_was_lost_is_not_unsubscribed_from_the_next_connection(wall: Wall) -> None:
    """There its number is another subscription's."""
    await wall.page.evaluate("""() => {
        const {connection} = house;
        const subscribe = connection.subscribeMessage.bind(connection);
        window.unsubscribed = [];
        connection.subscribeMessage = async (listener, message, options) => {
            const {socket} = connection;
            const unsubscribe = await subscribe(listener, message, options);
            return () => {
                unsubscribed.push(socket === connection.socket);
                return unsubscribe();
            };
        };
    }""")
    await begin(wall)
    await wall.page.evaluate("void live.stop()")
    await wall.lose()
    await wall.restore()
    await begin(wall)
    await wall.page.evaluate("void live.stop()")
    await wall.tell("end", reason="stopped")
    await wall.page.wait_for_function("unsubscribed.length")
    assert await wall.page.evaluate("unsubscribed") == [True]


async def test_the_connection_may_go_while_a_browser_asks_for_the_microphone(open_wall: Open) -> None:
    asking = """
        const {getUserMedia} = MediaDevices.prototype;
        const allowed = new Promise((allow) => { window.allow = allow });
        MediaDevices.prototype.getUserMedia = async function (...asked) {
            await allowed;
            return getUserMedia.apply(this, asked);
        };
    """
    async with open_wall(before=asking) as wall:
        await wall.page.evaluate(
            """async (config) => {
            const {Live} = await import("/live.js");
            window.live = Live.of("live");
            live.attach(house.hass, config);
            void live.start(house.hass, config);
        }""",
            CAPTIONS,
        )
        await wall.lose()
        await wall.restore()
        await wall.page.evaluate("allow()")
        await wall.sessions(1)
        await wall.heard(1, RATE // 4)
        await has(wall, "live.state === 'listening'")
        assert len(await wall.sent("recognize")) == 1


async def test_what_begins_without_a_connection_goes_on_when_that_is_back(wall: Wall) -> None:
    await wall.lose()
    await wall.page.evaluate(
        """async (config) => {
            const {Live} = await import("/live.js");
            const live = window.live = Live.of("live");
            live.attach(house.hass, config);
            void live.start(house.hass, config);
        }""",
        {**CAPTIONS, "source": "media_player.radio", "conversation": "door"},
    )
    await has(wall, "live.state === 'reconnecting'")
    await wall.restore()
    await has(wall, "live.state === 'listening'")
    await wall.phrase("a", "One.", to=1, **OTHER)
    assert await get(wall, "live.segments.length") == 1


async def test_a_choice_made_during_a_loss_is_that_of_the_next_session(wall: Wall) -> None:
    await begin(wall, **INTERPRETER, turns="buttons")
    await wall.answer("translate", {"refused": {"code": "unknown_command", "message": "Unknown"}})
    await wall.lose()
    for number, language in ((None, "en-US"), (2, "de-DE")):
        if number:
            await wall.restore()
            await wall.sessions(number)
        await wall.page.evaluate(
            """([config, language]) => void live.start(house.hass, config, {language})""", [INTERPRETER, language]
        )
    await wall.page.wait_for_timeout(300)
    assert await get(wall, "live.state") == "reconnecting"
    await wall.answer("translate", None)
    await has(wall, "live.state === 'listening'")
    assert await wall.page.evaluate("house.sessions.at(-1).message.language") == "de-DE"
    assert await wall.page.evaluate("house.sessions.filter(({open}) => open).length") == 1


async def test_it_goes_on_after_its_resource_was_loaded_again(wall: Wall) -> None:
    """So it ends also where Home Assistant begins anew."""
    await begin(wall)
    await wall.heard(1, RATE // 4)
    await wall.hypothesis("a", "not yet")
    await wall.answer("recognize", {"refused": {"code": "entry_not_loaded", "message": "Not loaded"}})
    await wall.tell("error", code="action_unloaded", message="Unloaded", placeholders={"title": "Speech"})
    assert await get(wall, "[live.state, live.error, live.current.size]") == ["reconnecting", None, 0]
    await wall.sessions(2)
    await wall.answer("recognize", None)
    await has(wall, "live.state === 'listening'")
    assert (await wall.sessions(3))["after"] == {"session": "1".zfill(32), "offset": 0}


async def test_an_interpreter_that_waits_tries_again_to_join_its_conversation(wall: Wall) -> None:
    await wall.page.clock.install()
    await wall.answer("watch", {"refused": {"code": "unknown_command", "message": "Unknown"}})
    config = {**INTERPRETER, "side": "mine", "conversation": "door"}
    await wall.page.evaluate(
        """async (config) => {
            const {Live} = await import("/live.js");
            window.live = Live.of("live");
            live.attach(house.hass, config);
        }""",
        config,
    )
    await wall.sessions(1)
    assert await get(wall, "[live.state, live.error]") == ["idle", None]
    for _ in range(8):
        await wall.page.clock.run_for(60_000)
    assert await get(wall, "[live.state, live.error.code]") == ["error", "unknown_command"]
    await wall.answer("watch", None)
    await wall.lose()
    await wall.restore()
    await has(wall, "live.state === 'idle'")
    await wall.phrase("a", "One.", **OTHER)
    assert await get(wall, "live.segments.length") == 1


async def test_a_conversation_that_it_was_put_out_of_is_joined_again(wall: Wall) -> None:
    await begin(wall, **CAPTIONS, conversation="door")
    await wall.tell("error", to=1, code="not_read", message="Not read", placeholders={})
    assert await get(wall, "live.state") == "error"
    await begin(wall, **CAPTIONS, conversation="door")
    types = await wall.page.evaluate("house.sessions.map(({message}) => message.type.split('/')[1])")
    assert types == ["watch", "recognize", "watch", "recognize"]


async def test_what_plays_while_a_session_begins_makes_nobody_deaf_for_ever(wall: Wall) -> None:
    """Home Assistant says from which session, and that is another one by the end."""
    await begin(wall, **INTERPRETER, conversation="door")
    await wall.tell("playing", to=1, **{"from": None}, playing=True)
    assert await get(wall, "live.state") == "speaking"
    await wall.tell("playing", to=1, **{"from": "2".zfill(32)}, playing=False)
    await has(wall, "live.state === 'listening'")


async def test_a_connection_lost_amid_a_translation_is_told_again_that_it_plays(
    browser: Browser, tmp_path: Path
) -> None:
    async with Wall.open(browser, hum(tmp_path / "voice.wav", 60, 16000).read_bytes()) as wall:
        await begin(wall, **INTERPRETER, conversation="door")
        await wall.tell("synthesis", to=1, **OTHER, id="a", language="en-US", **VOICE)
        await has(wall, "live.playing")
        await wall.lose()
        await wall.restore()
        await wall.sessions(4)
        assert [message["playing"] for message in await wall.sent("playing")] == [True, True]
        await has(wall, "live.state === 'speaking'")
        await get(wall, "live.skip()")
        await has(wall, "live.state === 'listening'")


async def test_where_nothing_was_heard_nobody_is_deaf(open_wall: Open) -> None:
    refusing = """
        HTMLMediaElement.prototype.play = async () => { throw new DOMException("", "NotAllowedError") };
    """
    async with open_wall(before=refusing) as wall:
        await begin(wall, **INTERPRETER)
        await wall.heard(1, RATE // 4)
        await wall.page.evaluate("""() => {
            window.states = [];
            live.addEventListener("change", () => states.push(live.state));
        }""")
        await wall.tell("synthesis", id="a", language="en-US", **VOICE)
        await has(wall, "live.silenced")
        await get(wall, "live.skip()")
        assert not await wall.page.evaluate("states.includes('speaking')")


async def test_what_a_guest_said_last_is_not_shown_to_the_next_one(wall: Wall) -> None:
    await wall.answer("choices", {"voices": {}})
    config = {**INTERPRETER, "theirs": ["en-US", "fr-FR"]}
    await begin(wall, **config)
    await wall.page.evaluate("(config) => void live.start(house.hass, config, {theirs: 'en-US'})", config)
    await wall.tell("end", reason="stopped", to=1)
    await wall.sessions(2)
    await wall.phrase("a", "One.")
    await wall.page.evaluate("(config) => void live.start(house.hass, config, {theirs: 'fr-FR'})", config)
    await get(wall, "live.part()")
    await wall.phrase("b", "Secret.", to=2)
    await wall.page.wait_for_timeout(100)
    assert await get(wall, "live.segments") == []
    assert await wall.page.evaluate("house.sessions.filter(({open}) => open).length") == 0


async def test_a_guest_who_stopped_and_went_is_forgotten(wall: Wall) -> None:
    await wall.page.clock.install()
    await wall.answer("choices", {"voices": {}})
    config = {**INTERPRETER, "theirs": ["en-US", "fr-FR"], "source": "assist_satellite.door"}
    await begin(wall, **config)
    await wall.page.evaluate("(config) => void live.start(house.hass, config, {theirs: 'fr-FR'})", config)
    await wall.sessions(2)
    await wall.phrase("a", "One.")
    await wall.page.evaluate("void live.stop()")
    await wall.page.clock.run_for(50_000)
    assert await get(wall, "[live.segments.length, live.choice.theirs]") == [1, "fr-FR"]
    await wall.page.clock.run_for(11_000)
    assert await get(wall, "[live.segments.length, live.choice.theirs ?? null]") == [0, None]


async def test_a_page_that_is_out_of_sight_for_long_gives_the_microphone_back(wall: Wall) -> None:
    await wall.page.clock.install()
    await begin(wall)
    await wall.lose()
    await get(wall, "live.detach()")
    await wall.page.clock.run_for(9 * 60_000)
    assert await get(wall, "live.on")
    await wall.page.clock.run_for(2 * 60_000)
    assert not await get(wall, "live.on")


async def test_a_card_that_only_shows_a_conversation_never_listens(wall: Wall) -> None:
    config = {**INTERPRETER, "turns": "buttons", "source": "none", "conversation": "door"}
    await begin(wall, **config)
    await wall.page.evaluate("(config) => live.start(house.hass, config, {language: 'de-DE'})", config)
    assert not await wall.sent("translate")


_AUDIOS: Final = """
    window.audios = [];
    window.Audio = class extends Audio {
        constructor() {
            super();
            audios.push(this);
        }
    };
    const {play} = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
        return this.src.includes("never") ? new Promise(() => {}) : play.call(this);
    };
"""


async def test_a_voice_of_which_nothing_comes_is_given_up(open_wall: Open) -> None:
    async with open_wall(before=_AUDIOS) as wall:
        await wall.page.clock.install()
        await begin(wall, **INTERPRETER)
        await wall.tell("synthesis", id="a", language="en-US", **{**VOICE, "url": "/api/never.wav"})
        await wall.tell("synthesis", id="b", language="en-US", **VOICE)
        await wall.page.clock.run_for(9_000)
        assert not await get(wall, "live.playing")
        await wall.page.clock.run_for(2_000)
        await has(wall, "live.playing")


async def test_nobody_is_deaf_while_a_voice_stops_short(open_wall: Open) -> None:
    async with open_wall(before=_AUDIOS) as wall:
        await begin(wall, **INTERPRETER)
        await wall.tell("synthesis", id="a", language="en-US", **VOICE)
        await has(wall, "live.playing")
        await wall.page.evaluate("audios[0].pause(), audios[0].dispatchEvent(new Event('waiting'))")
        assert not await get(wall, "live.playing")
        await has(wall, "live.state === 'listening'")
        await wall.page.evaluate("void audios[0].play()")
        await has(wall, "live.playing")
        await has(wall, "!live.playing")
