"""WebVTT as a browser reads it: what was said and who said it, whatever is in a text or a name."""

from playwright.async_api import Browser
import pytest

from custom_components.azure_speech_live.transcript.cues import Line
from custom_components.azure_speech_live.transcript.subtitles import Format, write

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

READ = """
async (text) => {
  const track = document.createElement("track");
  const loaded = new Promise((resolve, reject) => Object.assign(track, { onload: resolve, onerror: reject }));
  track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
  document.body.appendChild(document.createElement("video")).append(track);
  track.track.mode = "hidden";
  await loaded;
  return [...track.track.cues].map((cue) => {
    const voice = cue.getCueAsHTML().querySelector("[title]");
    return [cue.startTime, cue.endTime, voice?.title ?? null, cue.getCueAsHTML().textContent];
  });
}
"""


async def test_a_track_has_what_was_said(browser: Browser) -> None:
    lines = (
        Line("Is it on?", 0.5, 1.25, "Guest-1"),
        Line("a --> b\r\n\r\n00:00.000 --> 00:09.000\r\nc <i>d</i> &amp;", 4, 2, "A & <b>\n\n-->"),
        Line("Nobody knows who.", 360_000, 1.5),
    )
    page = await browser.new_page()
    try:
        cues = await page.evaluate(READ, write(lines, Format.VTT))
    finally:
        await page.close()
    assert cues == [
        [0.5, 1.75, "Guest-1", "Is it on?"],
        [4, 6, "A & <b> -->", "a --> b 00:00.000 -->\n00:09.000 c <i>d</i> &amp;"],
        [360_000, 360_001.5, None, "Nobody knows who."],
    ]
