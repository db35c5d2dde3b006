"""The names of what is added, until the household gives others: each says what tells it apart, and is given once."""

from collections.abc import Iterable, Mapping, Sequence
import re
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..languages.names import LANGUAGE_NAMES, TRANSLATION_LANGUAGE_NAMES
from ..speech import printable

SERVICE_NAME: Final = "Azure Speech"
MAX_LANGUAGES: Final = 3
"""Languages in a name."""


def resource_name(hass: HomeAssistant, resource: str | None, but: str | None = None) -> str:
    """Return the title of a resource, which no other than the entry ``but`` has."""
    entries = hass.config_entries.async_entries(DOMAIN)
    return _free([usual_resource_name(resource)], (entry.title for entry in entries if entry.entry_id != but))


def usual_resource_name(resource: str | None) -> str:
    """Return the title of a resource."""
    return f"{SERVICE_NAME} ({resource})"


def recognizer_names(hass: HomeAssistant, resource: str | None, languages: Sequence[str] = ()) -> list[str]:
    """Return the names of a recognizer, by the languages it was given: the shortest first."""
    told = [_listed(languages)] if languages else []
    names = [f"{SERVICE_NAME} ({told[0]})" if told else SERVICE_NAME]
    if _beside_others(hass, resource):
        names.append(f"{SERVICE_NAME} ({', '.join([_place(resource), *told])})")
    return names


def translator_names(hass: HomeAssistant, resource: str | None, languages: Sequence[str], target: str) -> list[str]:
    """Return the names of a translator: the shortest first."""
    name = f"{_listed(languages)} → {TRANSLATION_LANGUAGE_NAMES[target]}"
    return [name, f"{name} ({_place(resource)})"] if _beside_others(hass, resource) else [name]


def voice_names(hass: HomeAssistant, resource: str | None, voice: str = "") -> list[str]:
    """Return the names of a voice, by whose it is: the shortest first."""
    told = [voice] if voice else []
    names = [f"{SERVICE_NAME} ({voice})" if voice else SERVICE_NAME]
    if _beside_others(hass, resource):
        names.append(f"{SERVICE_NAME} ({', '.join([_place(resource), *told])})")
    return names


def microphone_names(device: str) -> list[str]:
    """Return the names of a microphone: the shortest first."""
    return ["Microphone", f"Microphone ({device})"]


def given_name(
    hass: HomeAssistant, user_input: Mapping[str, Any], names: Iterable[str], kind: str | None = None
) -> str:
    """Return the name that was typed in a form, as it was typed, or else one of the names that is free.

    It is told in logs and notices: so it is one line, and not endless.
    """
    return printable(str(user_input.get(CONF_NAME, ""))).strip() or free_name(hass, names, kind)


def free_name(hass: HomeAssistant, names: Iterable[str], kind: str | None = None) -> str:
    """Return the first of the names that nothing else has, or the last with a number.

    ``kind``: a type of subentry, of which only others count: what speaks may be called as what hears.
    """
    entries = hass.config_entries.async_entries(DOMAIN)
    others = (subentry for entry in entries for subentry in entry.subentries.values())
    return _free(names, (other.title for other in others if kind in (None, other.subentry_type)))


def _free(names: Iterable[str], taken: Iterable[str]) -> str:
    known = {name.casefold() for name in taken}
    name = ""
    for name in names:
        if name.casefold() not in known:
            return name
    return next(
        numbered for number in range(2, len(known) + 3) if (numbered := f"{name} {number}").casefold() not in known
    )


def _listed(languages: Sequence[str]) -> str:
    """Return the languages' names, without their countries; of many, the first."""
    names = [LANGUAGE_NAMES[language].partition(" (")[0] for language in languages[:MAX_LANGUAGES]]
    return ", ".join(names) + ("…" if len(languages) > MAX_LANGUAGES else "")


def _beside_others(hass: HomeAssistant, resource: str | None) -> bool:
    """Return whether there is another resource than that of this one."""
    return any(entry.unique_id != resource for entry in hass.config_entries.async_entries(DOMAIN))


def _place(resource: str | None) -> str:
    """Return the region, or the host; of a resource's own host, the name that it was given."""
    return re.split("[/?]", resource or "")[0].partition(".cognitiveservices.")[0]
