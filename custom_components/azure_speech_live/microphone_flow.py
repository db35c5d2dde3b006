"""The form of a microphone: which device it is, how listening starts, and where answers are heard."""

from enum import StrEnum
from typing import Any, Final

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_DEVICE, CONF_NAME
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.requirements import RequirementsNotFound
import voluptuous as vol

from .const import CONF_MEDIA_PLAYER, CONF_START
from .host_microphone import async_install
from .microphone import MicrophoneError, NoPyAudioError, list_devices

WAKE_WORD_DOMAIN: Final = "wake_word"

# Not in the translations themselves: a command is the same in all languages.
_PLACEHOLDERS: Final = {"packages": "portaudio19-dev g++ python3-dev"}


class Start(StrEnum):
    """How listening starts."""

    BUTTON = "button"
    WAKE_WORD = "wake_word"


class MicrophoneFlow(ConfigSubentryFlow):
    """Add a microphone, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Install what is needed, then ask for the device. Where that fails, say so, and let it be tried again."""
        if user_input is None and await self._trouble(install=False) is None:
            return await self.async_step_device()
        errors = {}
        if user_input is not None:
            if (trouble := await self._trouble(install=True)) is None:
                return await self.async_step_device()
            errors["base"] = trouble
        return self.async_show_form(
            step_id="user", data_schema=vol.Schema({}), errors=errors, description_placeholders=_PLACEHOLDERS
        )

    async def async_step_device(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the device, and how it is used."""
        return await self._step("device", user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for another device, or another use of it."""
        return await self._step("reconfigure", user_input)

    async def _trouble(self, *, install: bool) -> str | None:
        """Return why there is no microphone to choose; None if there is one."""
        try:
            if install:
                await async_install(self.hass)
            return None if await list_devices() else "no_microphone"
        except RequirementsNotFound:
            return "not_installed"
        except NoPyAudioError:
            return "no_pyaudio"
        except MicrophoneError:
            return "no_sound"

    async def _step(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        new = self.source == SOURCE_USER
        stored = {} if new else dict(self._get_reconfigure_subentry().data)
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {name: value for name, value in user_input.items() if name != CONF_NAME}
            if data[CONF_START] == Start.WAKE_WORD and not self.hass.states.async_entity_ids(WAKE_WORD_DOMAIN):
                errors[CONF_START] = "no_wake_word"
            elif new:
                return self.async_create_entry(title=user_input[CONF_NAME], data=data)
            else:
                return self.async_update_and_abort(self._get_entry(), self._get_reconfigure_subentry(), data=data)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                await self._schema(stored.get(CONF_DEVICE), new=new), user_input or stored
            ),
            errors=errors,
        )

    async def _schema(self, chosen: str | None, *, new: bool) -> vol.Schema:
        """Return the form's fields. What was chosen before stays to be chosen, also while it is not plugged in."""
        try:
            devices = await list_devices()
        except MicrophoneError:
            devices = []
        names = [device.name for device in devices]
        default = next((device.name for device in devices if device.default), names[0] if names else chosen)
        fields: dict[vol.Marker, Any] = {vol.Required(CONF_NAME, default="Microphone"): TextSelector()} if new else {}
        fields |= {
            vol.Required(CONF_DEVICE, default=default): SelectSelector(
                SelectSelectorConfig(
                    options=list(dict.fromkeys(filter(None, [*names, chosen]))), mode=SelectSelectorMode.DROPDOWN
                )
            ),
            vol.Required(CONF_START, default=Start.BUTTON): SelectSelector(
                SelectSelectorConfig(
                    options=[str(start) for start in Start],
                    translation_key="start",
                    mode=SelectSelectorMode.LIST,
                )
            ),
            vol.Optional(CONF_MEDIA_PLAYER): EntitySelector(EntitySelectorConfig(domain=MEDIA_PLAYER_DOMAIN)),
        }
        return vol.Schema(fields)
