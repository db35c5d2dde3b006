"""The Azure regions that have the Speech service, by the names that the Azure portal shows, and where that is."""

from typing import Final

from homeassistant.helpers.selector import SelectOptionDict

from ..speech import CHINA_REGIONS, PUBLIC_REGIONS, US_GOVERNMENT_REGIONS, Endpoint

# Not in the translations: they are proper names, and the portal's pages and resources show them untranslated.
REGION_NAMES: Final = {
    name.replace(" ", "").lower(): name
    for name in (
        "Australia East",
        "Brazil South",
        "Canada Central",
        "Canada East",
        "Central India",
        "Central US",
        "China East 2",
        "China North 2",
        "China North 3",
        "East Asia",
        "East US",
        "East US 2",
        "France Central",
        "Germany West Central",
        "Italy North",
        "Japan East",
        "Japan West",
        "Korea Central",
        "North Central US",
        "North Europe",
        "Norway East",
        "Qatar Central",
        "South Africa North",
        "South Central US",
        "Southeast Asia",
        "Sweden Central",
        "Switzerland North",
        "Switzerland West",
        "UAE North",
        "UK South",
        "UK West",
        "US Gov Arizona",
        "US Gov Virginia",
        "West Central US",
        "West Europe",
        "West US",
        "West US 2",
        "West US 3",
    )
}


def region_options() -> list[SelectOptionDict]:
    """Return every region as an option of a form, by name: the public cloud's, then the US government's and China's."""
    return [
        SelectOptionDict(value=region, label=f"{REGION_NAMES[region]} ({region})")
        for cloud in (PUBLIC_REGIONS, US_GOVERNMENT_REGIONS, CHINA_REGIONS)
        for region in sorted(cloud, key=REGION_NAMES.__getitem__)
    ]


def portal_url(endpoint: Endpoint | None = None) -> str:
    """Return the page of the Azure portal that lists the Speech resources, in the cloud of an endpoint."""
    host = endpoint.cloud if endpoint else "com"
    return f"https://portal.azure.{host}/#browse/Microsoft.CognitiveServices%2Faccounts"
