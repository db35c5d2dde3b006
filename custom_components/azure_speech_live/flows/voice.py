"""The form of a voice: who speaks, and then how, as far as that voice can.

Its fields are the settings of voice/settings.py, which has their defaults.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, PERCENTAGE, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..const import SUBENTRY_VOICE
from ..languages.words import ARROW
from ..resource.resource import entry_endpoint
from ..resource.stored import InvalidSettingError
from ..speech import END_SILENCE, SynthesisOptions, Voice
from ..voice.names import voice_options
from ..voice.settings import VoiceSettings
from ..voice.voices import async_get_voices
from .form import PAGES, unless_removed
from .naming import free_name, given_name, voice_names
from .second_engine import SecondEngineField, second_engine_mistake

_DROPDOWN: Final = SelectSelectorMode.DROPDOWN

# Not in the translations themselves, so that no language gets it wrong.
_PLACEHOLDERS: Final = {
    "arrow": ARROW,
    "example": f"Knäckebröd {ARROW} k-neck-e-bröd",
    "sounds": f"Knäckebröd {ARROW} /knɛkəbrød/",
    "voices_url": "https://speech.microsoft.com/portal/voicegallery",
}


def _per_cent(least: float, most: float) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=least, max=most, step=1, unit_of_measurement=PERCENTAGE, mode=NumberSelectorMode.SLIDER
        )
    )


def _seconds(least: float, most: float) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=least,
            max=most,
            step=0.05,
            unit_of_measurement=UnitOfTime.SECONDS,
            mode=NumberSelectorMode.SLIDER,
        )
    )


class VoiceFlow(ConfigSubentryFlow):
    """Add a voice, or change one."""

    _chosen: Mapping[str, Any]
    """What the first step gave."""

    @unless_removed
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask who speaks, and for a name."""
        return await self._choose("user", user_input)

    @unless_removed
    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask who speaks."""
        return await self._choose("reconfigure", user_input)

    @unless_removed
    async def async_step_manner(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how it speaks."""
        stored = {} if self._is_new else self._get_reconfigure_subentry().data
        suggested, errors = stored, dict[str, str]()
        placeholders: Mapping[str, str] = {}
        if user_input is not None:
            try:
                return self._done({**self._voice_data, **user_input})
            except InvalidSettingError as err:
                suggested, errors, placeholders = user_input, {err.setting: err.key}, err.placeholders
        return self.async_show_form(
            step_id="manner",
            data_schema=self.add_suggested_values_to_schema(_manner_schema(self._voice), suggested),
            errors=errors,
            description_placeholders={**_PLACEHOLDERS, **placeholders},
        )

    @property
    def _is_new(self) -> bool:
        return self.source == SOURCE_USER

    @property
    def _voice(self) -> Voice | None:
        """Return the voice that was chosen; None if it is another one for each language."""
        name = VoiceSettings.from_data(self._voice_data).voice
        return async_get_voices(self.hass, self._get_entry()).named(name) if name else None

    @property
    def _voice_data(self) -> dict[str, Any]:
        return {name: value for name, value in self._chosen.items() if name != CONF_NAME}

    async def _choose(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry = self._get_entry()
        endpoint = entry_endpoint(entry.data)
        if endpoint is not None and not endpoint.generations(SynthesisOptions(voice="en-US-JennyNeural")):
            return self.async_abort(reason="does_not_speak")
        stored = None if self._is_new else self._get_reconfigure_subentry().data
        second = await SecondEngineField.async_prepare(self.hass, entry, SUBENTRY_VOICE, stored)
        suggested, errors = second.filled_in(stored or {}), dict(second.errors)
        if user_input is not None:
            suggested, errors = user_input, second_engine_mistake(self.hass, entry, user_input)
            try:
                VoiceSettings.from_data({name: value for name, value in user_input.items() if name != CONF_NAME})
            except InvalidSettingError as err:
                errors[err.setting] = err.key
            if not errors:
                self._chosen = user_input
                return await self.async_step_manner()
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(await self._voice_schema(second), suggested),
            errors=errors,
            description_placeholders=_PLACEHOLDERS,
            last_step=False,
        )

    async def _voice_schema(self, second: SecondEngineField) -> vol.Schema:
        entry = self._get_entry()
        voices = async_get_voices(self.hass, entry)
        await voices.async_renew()
        options = SelectSelectorConfig(
            options=voice_options(self.hass.config, voices.all), custom_value=True, mode=_DROPDOWN
        )
        return vol.Schema(
            {
                vol.Optional("voice"): SelectSelector(options),
                vol.Optional("deployment"): TextSelector(),
                **second.field,
                **({vol.Optional(CONF_NAME): TextSelector()} if self._is_new else {}),
            }
        )

    def _done(self, data: dict[str, Any]) -> SubentryFlowResult:
        """Store the settings. A name that was made of the voice before is made of this one; any other stays.

        Raises InvalidSettingError.
        """
        VoiceSettings.from_data(data)
        entry = self._get_entry()
        names = self._names(self._voice)
        if self._is_new:
            name = given_name(self.hass, self._chosen, names, SUBENTRY_VOICE)
            return self.async_create_entry(title=name, data=data, description_placeholders={**PAGES, "name": name})
        subentry = self._get_reconfigure_subentry()
        before = VoiceSettings.from_stored(subentry.data, subentry.title).voice
        title = subentry.title
        if title in self._names(async_get_voices(self.hass, entry).named(before) if before else None):
            title = title if title in names else free_name(self.hass, names, SUBENTRY_VOICE)
        return self.async_update_and_abort(entry, subentry, title=title, data=data)

    def _names(self, voice: Voice | None) -> list[str]:
        return voice_names(self.hass, self._get_entry().unique_id, voice.display_name if voice else "")


def _manner_schema(voice: Voice | None) -> vol.Schema:
    """Return the fields for what a voice can do. What it is for each language, can do what most can."""
    able = None if voice is None else voice.capabilities()
    fields: dict[vol.Marker, Any] = {}
    if voice is not None and voice.styles:
        styles = SelectSelectorConfig(options=sorted(voice.styles), mode=_DROPDOWN)
        fields[vol.Optional("style")] = SelectSelector(styles)
        fields[vol.Required("degree", default=100)] = _per_cent(1, 200)
    if voice is not None and voice.roles:
        roles = SelectSelectorConfig(options=sorted(voice.roles), mode=_DROPDOWN)
        fields[vol.Optional("role")] = SelectSelector(roles)
    if able is None or able.prosody:
        fields[vol.Required("rate", default=100)] = _per_cent(50, 200)
        fields[vol.Required("pitch", default=100)] = _per_cent(50, 150)
        fields[vol.Required("volume", default=100)] = _per_cent(0, 200)
    if able is None or able.switches:
        fields[vol.Required("mixed", default=False)] = BooleanSelector()
    fields[vol.Optional("pronunciations")] = TextSelector(TextSelectorConfig(multiple=True))
    fields[vol.Required("lead_in", default=0)] = _seconds(0, 1)
    fields[vol.Required("end_silence", default=END_SILENCE)] = _seconds(0.1, 2)
    fields[vol.Required("text_streaming", default=False)] = BooleanSelector()
    return vol.Schema(fields)
