"""The form of a microphone: which device it is, how listening starts, and where answers are heard."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_DEVICE, CONF_NAME
from homeassistant.helpers.selector import (
    AssistPipelineSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..const import CONF_MEDIA_PLAYER, CONF_PIPELINE, CONF_START, DOMAIN, SUBENTRY_MICROPHONE, Start
from ..microphone import (
    REQUIREMENT,
    MicrophoneError,
    NoPyAudioError,
    PyAudioMissingError,
    list_devices,
)
from ..satellite.requirement import InstallationError, async_install
from .form import PAGES, to_choose, unless_removed
from .naming import given_name, microphone_names

WAKE_WORD_DOMAIN: Final = "wake_word"

# Not in the translations themselves: a command is the same in all languages.
_PLACEHOLDERS: Final = {
    "packages": "portaudio19-dev g++ python3-dev",
    "library": "libportaudio2",
    "requirement": REQUIREMENT,
}


class MicrophoneFlow(ConfigSubentryFlow):
    """Add a microphone, or change one."""

    @unless_removed
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Install what is needed, then ask for the device. Where that fails, say so, and let it be tried again."""
        errors, reason = {}, ""
        try:
            if await self._has_devices(install=user_input is not None):
                return await self.async_step_device()
            errors["base"] = "no_microphone"
        except InstallationError as err:
            errors["base"], reason = "not_installed", str(err)
        except PyAudioMissingError:
            if user_input is not None:  # Home Assistant has been told to install nothing
                errors["base"] = "may_not_install"
        except NoPyAudioError as err:
            errors["base"], reason = "no_pyaudio", str(err)
        except MicrophoneError as err:
            errors["base"], reason = "no_sound", str(err)
        return self.async_show_form(
            step_id="user",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={**_PLACEHOLDERS, "reason": reason},
        )

    @unless_removed
    async def async_step_device(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the device, and how it is used."""
        return await self._step("device", user_input)

    @unless_removed
    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for another device, or another use of it."""
        return await self._step("reconfigure", user_input)

    async def _has_devices(self, *, install: bool) -> bool:
        """Return whether there is a microphone to choose. Raises MicrophoneError and InstallationError."""
        try:
            return bool(await list_devices())
        except PyAudioMissingError:
            if not install:
                raise
        await async_install(self.hass)
        return bool(await list_devices())

    def _is_taken(self, device: str, but: str | None) -> bool:
        """Return whether a device is a satellite already, another one than the subentry ``but``."""
        return any(
            subentry.data.get(CONF_DEVICE) == device and subentry.subentry_id != but
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.get_subentries_of_type(SUBENTRY_MICROPHONE)
        )

    async def _step(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry, new = self._get_entry(), self.source == SOURCE_USER
        before = None if new else self._get_reconfigure_subentry()
        stored = {} if before is None else dict(before.data)
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {name: value for name, value in user_input.items() if name != CONF_NAME}
            if CONF_PIPELINE in stored:
                data[CONF_PIPELINE] = stored[CONF_PIPELINE]
            if self._is_taken(data[CONF_DEVICE], before.subentry_id if before else None):
                errors[CONF_DEVICE] = "device_taken"
            if data[CONF_START] == Start.WAKE_WORD and not self.hass.states.async_entity_ids(WAKE_WORD_DOMAIN):
                errors[CONF_START] = "no_wake_word"
            if not errors:
                if before is not None:
                    return self.async_update_and_abort(entry, before, data=data)
                name = given_name(self.hass, user_input, microphone_names(data[CONF_DEVICE]))
                return self.async_create_entry(
                    title=name,
                    data=data,
                    description=data[CONF_START],
                    description_placeholders={**PAGES, "name": name},
                )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                await self._schema(_device(stored), before), user_input or stored
            ),
            errors=errors,
        )

    async def _schema(self, chosen: str | None, before: ConfigSubentry | None) -> vol.Schema:
        """Return the form's fields. What was chosen before stays to be chosen, also while it is not plugged in.

        The pipeline is asked for once: it becomes what the satellite's select begins with, which is changed there.
        """
        try:
            devices = await list_devices()
        except MicrophoneError:
            devices = []
        names = list(dict.fromkeys(filter(None, [*(device.name for device in devices), chosen])))
        free = [name for name in names if not self._is_taken(name, before.subentry_id if before else None)]
        # What the system has chosen, or is no choice
        system = (device.name for device in devices if device.default and device.name in free)
        default = next(system, free[0] if len(free) == 1 else None)
        device = vol.Required(CONF_DEVICE, default=default) if default else to_choose(CONF_DEVICE)
        start = SelectSelectorConfig(
            options=[str(start) for start in Start], translation_key="start", mode=SelectSelectorMode.LIST
        )
        fields: dict[vol.Marker, Any] = {
            device: SelectSelector(SelectSelectorConfig(options=names, mode=SelectSelectorMode.DROPDOWN)),
            vol.Required(CONF_START, default=Start.BUTTON): SelectSelector(start),
            vol.Optional(CONF_MEDIA_PLAYER): EntitySelector(EntitySelectorConfig(domain=MEDIA_PLAYER_DOMAIN)),
        }
        if before is None:
            fields[vol.Optional(CONF_PIPELINE)] = AssistPipelineSelector()
            fields[vol.Optional(CONF_NAME)] = TextSelector()
        return vol.Schema(fields)


def _device(stored: Mapping[str, Any]) -> str | None:
    """Return the device that is stored, if it can be read."""
    device = stored.get(CONF_DEVICE)
    return device if isinstance(device, str) else None
