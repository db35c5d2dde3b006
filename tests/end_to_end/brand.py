"""Makes the integration's brand images of their sources, docs/images/brand/*.svg, in Chromium: scripts/brand."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
import shutil
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ROOT / "docs" / "images" / "brand"
IMAGES: Final = ROOT / "custom_components" / "azure_speech_live" / "brand"

# Height in pixels of what is shown at its size; @2x is twice that. As the repository home-assistant/brands asks.
_HEIGHTS: Final = {"icon": 256, "logo": 128}
# Only the logo has something that a dark ground would hide: letters.
_DARK: Final = ("logo",)


def names() -> Iterator[tuple[str, str, Literal["light", "dark"], int]]:
    """Yield each image's file name, and what it is made of: source, ground and height in pixels."""
    for source, height in _HEIGHTS.items():
        for suffix, size in (("", height), ("@2x", height * 2)):
            yield f"{source}{suffix}.png", source, "light", size
            if source in _DARK:
                yield f"dark_{source}{suffix}.png", source, "dark", size


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser that draws."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
        )
        yield browser
        browser.close()


def draw(browser: Browser, source: str, ground: Literal["light", "dark"], height: int) -> Image.Image:
    """Return a source as a picture of a height in pixels, transparent where nothing is drawn, and trimmed."""
    page = browser.new_page(color_scheme=ground, viewport={"width": 2 * 1024, "height": height})
    svg = (SOURCES / f"{source}.svg").read_text("utf-8")
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ height: {height}px; width: auto }}</style>{svg}")
    picture = Image.open(BytesIO(page.locator("svg").screenshot(omit_background=True)))
    page.close()
    return picture.convert("RGBA")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with chromium() as drawing:
        for name, source, ground, height in names():
            draw(drawing, source, ground, height).save(IMAGES / name, optimize=True)
