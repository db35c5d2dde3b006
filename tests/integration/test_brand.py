"""The integration's pictures: in the sizes that Home Assistant asks for, and shown by it."""

from http import HTTPStatus
from io import BytesIO

from homeassistant.components.brands.const import ALLOWED_IMAGES, IMAGE_FALLBACKS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.const import DOMAIN

from .package import ROOT

# Width, height; the repository home-assistant/brands asks for a logo of 128 to 256 pixels height, twice that for @2x.
SIZES = {
    "icon.png": (256, 256),
    "icon@2x.png": (512, 512),
    "logo.png": (465, 128),
    "logo@2x.png": (930, 256),
    "dark_logo.png": (465, 128),
    "dark_logo@2x.png": (930, 256),
}


def test_all_pictures_are_ones_that_home_assistant_shows() -> None:
    assert {path.name for path in (ROOT / "brand").iterdir()} == SIZES.keys() <= ALLOWED_IMAGES


@pytest.mark.parametrize("name", SIZES)
def test_a_picture_is_transparent_and_trimmed(name: str) -> None:
    picture = Image.open(ROOT / "brand" / name)
    assert picture.format == "PNG"
    assert picture.size == SIZES[name]
    opacity = picture.getchannel("A")
    assert opacity.getextrema() == (0, 255)
    assert opacity.getbbox() == (0, 0, *picture.size)


@pytest.mark.parametrize("name", sorted(ALLOWED_IMAGES))
async def test_home_assistant_shows_it(hass: HomeAssistant, hass_client: ClientSessionGenerator, name: str) -> None:
    assert await async_setup_component(hass, "brands", {})
    client = await hass_client()

    response = await client.get(f"/api/brands/integration/{DOMAIN}/{name}")

    assert response.status == HTTPStatus.OK
    shown = next(file for file in (name, *IMAGE_FALLBACKS.get(name, ())) if file in SIZES)
    assert Image.open(BytesIO(await response.read())) == Image.open(ROOT / "brand" / shown)
