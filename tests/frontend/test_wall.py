"""The made-up Home Assistant behaves as the real one, where the card depends on it."""

import pytest

from .conftest import Open
from .wall import Wall, violations

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]


async def test_a_page_is_secure_and_its_microphone_hums(wall: Wall) -> None:
    assert await wall.page.evaluate("isSecureContext")
    await wall.page.evaluate("""async () => {
        const stream = await navigator.mediaDevices.getUserMedia({audio: {echoCancellation: false}});
        const context = new AudioContext();
        const heard = new AnalyserNode(context);
        context.createMediaStreamSource(stream).connect(heard);
        const samples = new Float32Array(heard.fftSize);
        while (Math.max(...samples) < 0.1) {
            heard.getFloatTimeDomainData(samples);
            await new Promise(requestAnimationFrame);
        }
        stream.getTracks().forEach((track) => track.stop());
        await context.close();
    }""")


async def test_words_are_there_once_they_are_loaded(wall: Wall) -> None:
    key = "component.azure_speech_live.exceptions.action_key_refused.message"
    before, after = await wall.page.evaluate(
        """async (key) => {
            const before = house.hass.localize(key);
            await house.hass.loadBackendTranslation("exceptions", "azure_speech_live");
            return [before, house.hass.localize(key)];
        }""",
        key,
    )
    assert not before
    assert after


async def test_a_session_that_is_lost_hears_nothing_more(open_wall: Open) -> None:
    async with open_wall() as wall:
        await wall.page.evaluate("""async () => {
            const told = window.told = [];
            const message = {type: "azure_speech_live/recognize"};
            const send = (...bytes) => house.connection.socket.send(Uint8Array.of(...bytes));
            await house.connection.subscribeMessage((event) => told.push(event.type), message, {resubscribe: false});
            send(1, 5, 0);
            house.lose();
            house.restore();
            send(1, 6, 0);
        }""")
        assert await wall.heard(1, 1) == [5]
        assert not await wall.tell("end", to=1)
        assert await wall.page.evaluate("[window.told, house.lost()]") == [["start"], 1]


async def test_axe_finds_what_is_wrong(open_wall: Open) -> None:
    async with open_wall() as wall:
        await wall.page.evaluate("document.querySelector('main').innerHTML += '<button></button>'")
        found = await violations(wall.page, "main")
    assert any("button-name" in violation for violation in found)


async def test_whoever_asks_somebody_else_is_noticed(open_wall: Open) -> None:
    async with open_wall() as wall:
        await wall.page.evaluate("fetch('https://elsewhere.test/').catch(() => null)")
        assert wall.elsewhere == ["https://elsewhere.test/"]
