"""The page with the card: what is on it and when, what it sends, and what it takes of the machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Self

from playwright.async_api import CDPSession, Page, WebSocket

from tests.benchmarks.clock import now

_TRIES: Final = 100
# Words are nanoseconds of the machine's clock. The last one of the newest row, with the page's time when it was put
# there, and when the frame was drawn that had it; and when the button was clicked.
_WATCH: Final = """(card) => {
  card.words = [];
  const newest = () => [...card.shadowRoot.querySelectorAll(".row")].at(-1)?.textContent.match(/\\d{9,}/g)?.at(-1);
  const observer = new MutationObserver(() => {
    const at = performance.now(), word = newest();
    if (!word || word === card.words.at(-1)?.word) return;
    const seen = {word, at};
    card.words.push(seen);
    requestAnimationFrame(() => { const {port1, port2} = new MessageChannel();
      port1.onmessage = () => { seen.drawn = performance.now(); };
      port2.postMessage(0); });
  });
  observer.observe(card.shadowRoot, {subtree: true, childList: true, characterData: true});
  card.unwatch = () => observer.disconnect();
  card.addEventListener("click", () => { card.clicked ??= performance.now(); }, {capture: true});
}"""


@dataclass
class Watched:
    """What was seen on a page."""

    first: float | None
    """Seconds from the click to the first word."""
    shown: list[float]
    """Seconds from the service to the text on the page."""
    drawn: list[float]
    """Seconds from the service to the frame that shows it."""


@dataclass
class Wall:
    """A page that is open, with one card."""

    page: Page
    sent: int = 0
    """Bytes of audio that it has sent."""
    _sockets: list[WebSocket] = field(default_factory=list)
    _processes: CDPSession | None = None
    _tab: CDPSession | None = None

    @classmethod
    async def watch(cls, page: Page) -> Self:
        """Begin, before the dashboard is opened."""
        self = cls(page)
        assert page.context.browser
        self._processes = await page.context.browser.new_browser_cdp_session()
        self._tab = await page.context.new_cdp_session(page)
        await self._tab.send("Performance.enable")
        page.on("websocket", self._connected)
        return self

    def _connected(self, socket: WebSocket) -> None:
        def count(frame: bytes | str) -> None:
            if isinstance(frame, bytes):
                self.sent += len(frame)

        socket.on("framesent", count)

    async def open(self, url: str) -> None:
        """Open the dashboard, or open it anew, and look at the card."""
        await self.page.goto(url)
        await self.page.reload()
        card = self.page.locator("azure-speech-live-card")
        await card.get_by_role("button", name="Listen").wait_for()
        await card.evaluate(_WATCH)

    async def listen(self) -> None:
        """Press the button, and wait for the first word."""
        card = self.page.locator("azure-speech-live-card")
        await card.get_by_role("button", name="Listen").click()
        handle = await card.element_handle()
        await self.page.wait_for_function("(card) => card.words.length && card.words[0].drawn", arg=handle)

    async def seen(self) -> Watched:
        """Return what was seen since it was opened, and look away."""
        shift = await self._shift()
        found: dict[str, Any] = await self.page.locator("azure-speech-live-card").evaluate(
            "({words, clicked, unwatch}) => { unwatch(); return {words, clicked}; }"
        )
        words = [word for word in found["words"] if "drawn" in word]
        clicked = found.get("clicked")
        return Watched(
            (words[0]["at"] - clicked) / 1e3 if clicked and words else None,
            [(word["at"] * 1e6 + shift - int(word["word"])) / 1e9 for word in words],
            [(word["drawn"] * 1e6 + shift - int(word["word"])) / 1e9 for word in words],
        )

    async def behind(self) -> float:
        """Return how many seconds old the newest word on the page is."""
        word = await self.page.locator("azure-speech-live-card").evaluate(
            '(card) => [...card.shadowRoot.querySelectorAll(".row")].at(-1).textContent.match(/\\d{9,}/g).at(-1)'
        )
        return (now() - int(word)) / 1e9

    async def rate(self) -> int:
        """Return the device's own samples per second, at which Home Assistant's dialog sends."""
        return int(await self.page.evaluate("new AudioContext().sampleRate"))

    async def processor(self) -> tuple[float, float]:
        """Return the seconds of processor time of pages so far, and of all of the browser."""
        assert self._processes
        found = (await self._processes.send("SystemInfo.getProcessInfo"))["processInfo"]
        pages = sum(process["cpuTime"] for process in found if process["type"] == "renderer")
        return pages, sum(process["cpuTime"] for process in found)

    async def heap(self) -> float:
        """Return the bytes that the page's objects take, without those that nothing needs any more."""
        assert self._tab
        await self._tab.send("HeapProfiler.collectGarbage")
        metrics = (await self._tab.send("Performance.getMetrics"))["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "JSHeapUsedSize"))

    async def _shift(self) -> float:
        """Return by how many nanoseconds our clock is ahead of the page's: at the quickest of many questions."""
        tries: list[tuple[int, float]] = []
        for _ in range(_TRIES):
            before = now()
            page = await self.page.evaluate("performance.now()")
            after = now()
            tries.append((after - before, (before + after) / 2 - page * 1e6))
        return min(tries)[1]
