"""The integration's pictures are those that scripts/brand makes of their sources."""

from PIL import Image, ImageChops

from .brand import IMAGES, chromium, draw, names


def test_the_pictures_show_what_their_sources_say() -> None:
    with chromium() as browser:
        for name, source, ground, height in names():
            drawn = draw(browser, source, ground, height)
            kept = Image.open(IMAGES / name)
            assert drawn.size == kept.size
            # Another version of the browser may smooth edges differently, not more.
            channels = ImageChops.difference(drawn, kept).split()
            pixels = max(sum(channel.histogram()[32:]) for channel in channels)
            assert pixels < 0.01 * drawn.width * drawn.height, f"scripts/brand makes {name}"
