"""The Azure regions, and where each one's portal is."""

import pytest

from custom_components.azure_speech_live.flows.regions import REGION_NAMES, portal_url, region_options
from custom_components.azure_speech_live.speech import CHINA_REGIONS, PUBLIC_REGIONS, US_GOVERNMENT_REGIONS
from custom_components.azure_speech_live.speech.pasted import read_endpoint


def test_every_region_is_offered_once_by_its_name() -> None:
    options = region_options()
    regions = [*PUBLIC_REGIONS, *US_GOVERNMENT_REGIONS, *CHINA_REGIONS]
    assert sorted(option["value"] for option in options) == sorted(regions) == sorted(REGION_NAMES)
    assert {"value": "westeurope", "label": "West Europe (westeurope)"} in options
    clouds = [
        next(
            number
            for number, cloud in enumerate((PUBLIC_REGIONS, US_GOVERNMENT_REGIONS, CHINA_REGIONS))
            if region in cloud
        )
        for region in (option["value"] for option in options)
    ]
    assert clouds == sorted(clouds)


@pytest.mark.parametrize(
    ("place", "portal"),
    [
        (None, "https://portal.azure.com/"),
        ("westeurope", "https://portal.azure.com/"),
        ("chinaeast2", "https://portal.azure.cn/"),
        ("usgovvirginia", "https://portal.azure.us/"),
        ("kitchen.cognitiveservices.azure.us", "https://portal.azure.us/"),
        ("ws://speech.example.us:5000", "https://portal.azure.com/"),
    ],
)
def test_the_portal_is_that_of_the_cloud(place: str | None, portal: str) -> None:
    assert portal_url(read_endpoint(place) if place else None).startswith(portal)
