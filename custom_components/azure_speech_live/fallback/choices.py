"""Which engines a household can choose as the second engine: those that can help, by names that tell them apart.

An engine can help if it takes the audio that there is, in the language of Home Assistant or of a voice assistant, and
if it is not of the same resource: what keeps a resource from answering keeps all of it from answering. A translator's
text is a translation, so only another translator can stand in for it, and for nothing else.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from homeassistant.components.stt import (
    AudioBitRates,
    AudioChannels,
    AudioCodecs,
    AudioFormats,
    AudioSampleRates,
    SpeechMetadata,
    SpeechToTextEntity,
)
from homeassistant.components.tts import TextToSpeechEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.loader import Integration, async_get_integrations

from ..const import CONF_SECOND_ENGINE, DOMAIN, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR, SUBENTRY_VOICE
from ..resource.resource import own_subentry
from .engines import language_for

_PLATFORMS: Final = {
    SUBENTRY_RECOGNIZER: Platform.STT,
    SUBENTRY_TRANSLATOR: Platform.STT,
    SUBENTRY_VOICE: Platform.TTS,
}


async def async_choices(
    hass: HomeAssistant, entry: ConfigEntry, kind: str, chosen: str | None = None
) -> dict[str, str]:
    """Return the names of the engines that can stand in for what an entry has of a kind, by their registry ids.

    ``kind`` is a type of subentry. ``chosen`` is among them as long as there is such an entity, also while it is not
    loaded.
    """
    able = [registered for registered in _able(hass, kind) if not leads_to(hass, registered.id, entry)]
    kept = er.async_get(hass).async_get(chosen) if chosen else None
    if kept is not None and kept.id not in {registered.id for registered in able}:
        able.append(kept)
    return await _named(hass, able)


async def async_suggestion(hass: HomeAssistant, choices: Iterable[str]) -> str | None:
    """Return the one of the choices that works without the internet; None if there is none, or more than one."""
    registry = er.async_get(hass)
    platforms = {chosen: entry.platform for chosen in choices if (entry := registry.async_get(chosen))}
    integrations = await _integrations(hass, platforms.values())
    classes = {domain: integration.iot_class or "" for domain, integration in integrations.items()}
    local = [chosen for chosen, platform in platforms.items() if classes.get(platform, "").startswith("local")]
    return local[0] if len(local) == 1 else None


def leads_to(hass: HomeAssistant, chosen: str, entry: ConfigEntry) -> bool:
    """Return whether an engine is of an entry, or asks one in its turn that is, or so on: it would be of no help."""
    registry = er.async_get(hass)
    seen: set[str] = set()
    following: str | None = chosen
    while following and following not in seen:
        seen.add(following)
        registered = registry.async_get(following)
        if registered is not None and registered.config_entry_id == entry.entry_id:
            return True
        subentry = own_subentry(hass, registered)
        following = subentry.data.get(CONF_SECOND_ENGINE) if subentry else None
    return False


def _able(hass: HomeAssistant, kind: str) -> Iterator[er.RegistryEntry]:
    """Yield the engines that are loaded and can do what a kind of subentry does, in a language of the home."""
    languages = _languages(hass)
    component = hass.data.get(DATA_INSTANCES, {}).get(_PLATFORMS[kind])
    for engine in component.entities if component else ():
        registered = engine.registry_entry
        if registered is None:
            continue
        if registered.platform == DOMAIN:
            subentry = own_subentry(hass, registered)
            if subentry is not None and subentry.subentry_type == kind:
                yield registered
        elif kind != SUBENTRY_TRANSLATOR and any(_can(hass, engine, language) for language in languages):
            yield registered


def _can(hass: HomeAssistant, engine: object, language: str) -> bool:
    """Return whether an engine of another integration hears or speaks a language."""
    match engine:
        case SpeechToTextEntity():
            known = language_for(hass, language, engine.supported_languages)
            return known is not None and engine.check_metadata(_metadata(known))
        case TextToSpeechEntity():
            return language_for(hass, language, engine.supported_languages) is not None
    return False


def _metadata(language: str) -> SpeechMetadata:
    return SpeechMetadata(
        language,
        AudioFormats.WAV,
        AudioCodecs.PCM,
        AudioBitRates.BITRATE_16,
        AudioSampleRates.SAMPLERATE_16000,
        AudioChannels.CHANNEL_MONO,
    )


def _languages(hass: HomeAssistant) -> set[str]:
    """Return the languages of Home Assistant and of its voice assistants."""
    languages = {hass.config.language}
    if "assist_pipeline" in hass.config.components:
        # Not at the top: who has no assistants need not have what this imports.
        from homeassistant.components.assist_pipeline import async_get_pipelines  # noqa: PLC0415

        for assistant in async_get_pipelines(hass):
            languages.update(filter(None, (assistant.language, assistant.stt_language, assistant.tts_language)))
    return languages


async def _named(hass: HomeAssistant, engines: Collection[er.RegistryEntry]) -> dict[str, str]:
    """Return what engines are called, in alphabetical order; where two are alike, with what tells them apart."""
    integrations = await _integrations(hass, {engine.platform for engine in engines})
    called = {engine.id: _name(hass, engine) for engine in engines}
    names = called
    for told in (
        {engine.id: integrations[engine.platform].name for engine in engines if engine.platform in integrations},
        {engine.id: engine.entity_id for engine in engines},
    ):
        count = Counter(names.values())
        names = {
            chosen: f"{called[chosen]} ({told[chosen]})" if count[name] > 1 and chosen in told else name
            for chosen, name in names.items()
        }
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def _name(hass: HomeAssistant, engine: er.RegistryEntry) -> str:
    """Return the name under which the user interface lists an engine."""
    state = hass.states.get(engine.entity_id)
    return state.name if state else er.async_get_full_entity_name(hass, engine) or engine.entity_id


async def _integrations(hass: HomeAssistant, domains: Iterable[str]) -> dict[str, Integration]:
    """Return integrations by their domains, without those that are not there any more."""
    found = await async_get_integrations(hass, domains)
    return {domain: integration for domain, integration in found.items() if isinstance(integration, Integration)}
