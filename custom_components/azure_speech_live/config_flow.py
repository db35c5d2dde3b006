"""The forms for a Speech resource: add it, change it, renew its key.

None of them says yes before it has opened a connection with what it was given.
"""

from collections.abc import Mapping
import logging
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_API_KEY
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .const import CONF_ENDPOINT, DOMAIN, ENTRY_VERSION, SUBENTRY_MICROPHONE, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from .errors import translation_key
from .microphone_flow import MicrophoneFlow
from .options_flow import ResourceOptionsFlow
from .recognizer_flow import RecognizerFlow
from .regions import region_options
from .resource import create_client, entry_data, entry_endpoint, entry_key
from .speech import Endpoint, SpeechError
from .speech.endpoints import PortalPageError
from .translator_flow import TranslatorFlow

_LOGGER = logging.getLogger(__name__)

_ENDPOINT_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(options=region_options(), custom_value=True, mode=SelectSelectorMode.DROPDOWN)
)
_KEY_SELECTOR: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))

_USER_SCHEMA: Final = vol.Schema(
    # Not required: of a list that is, the frontend selects the first region by itself, and nobody notices.
    {vol.Optional(CONF_ENDPOINT, default=""): _ENDPOINT_SELECTOR, vol.Required(CONF_API_KEY): _KEY_SELECTOR}
)
_RECONFIGURE_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_ENDPOINT): _ENDPOINT_SELECTOR, vol.Optional(CONF_API_KEY): _KEY_SELECTOR}
)
_REAUTH_SCHEMA: Final = vol.Schema({vol.Required(CONF_API_KEY): _KEY_SELECTOR})

# Not in the translations themselves: addresses have no place there.
_PLACEHOLDERS: Final = {
    "portal_url": "https://portal.azure.com",
    "container_url": "ws://192.168.1.20:5000",
    "own_endpoint": "https://….cognitiveservices.azure.com",
}


class AzureSpeechConfigFlow(ConfigFlow, domain=DOMAIN):
    """Add a Speech resource, or change one."""

    VERSION = ENTRY_VERSION

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to a resource."""
        return {
            SUBENTRY_RECOGNIZER: RecognizerFlow,
            SUBENTRY_TRANSLATOR: TranslatorFlow,
            SUBENTRY_MICROPHONE: MicrophoneFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> ResourceOptionsFlow:
        """Return the form of a resource's options."""
        return ResourceOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a resource's region or endpoint, and its key."""
        errors: dict[str, str] = {}
        if user_input is not None:
            endpoint, errors = _parse(user_input[CONF_ENDPOINT])
            if endpoint is not None:
                data = entry_data(endpoint, user_input[CONF_API_KEY])
                if await self._async_has_other(endpoint, data):
                    return self._abort_as_configured()
                errors = await self._async_try(data)
                if not errors:
                    recognizer = ConfigSubentryData(
                        subentry_type=SUBENTRY_RECOGNIZER, title="Azure Speech", unique_id=None, data={}
                    )
                    return self.async_create_entry(title=_title(endpoint), data=data, subentries=[recognizer])
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_USER_SCHEMA, user_input),
            errors=errors,
            description_placeholders=_PLACEHOLDERS,
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another region or endpoint, another key, or both."""
        entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is None:
            stored = entry_endpoint(entry.data)
            user_input = {} if stored is None else {CONF_ENDPOINT: stored.region or stored.url}
        else:
            endpoint, errors = _parse(user_input[CONF_ENDPOINT])
            if endpoint is not None:
                data = entry_data(endpoint, user_input.get(CONF_API_KEY) or entry_key(entry.data))
                if await self._async_has_other(endpoint, data, entry):
                    return self._abort_as_configured()
                errors = await self._async_try(data)
                if not errors:
                    return self._update_and_abort(entry, endpoint, data)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(_RECONFIGURE_SCHEMA, user_input),
            errors=errors,
            description_placeholders=_PLACEHOLDERS,
        )

    async def async_step_reauth(self, _entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin when the service has refused the key."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a key that works, and for the endpoint too if what is stored of it cannot be read."""
        entry = self._get_reauth_entry()
        endpoint = entry_endpoint(entry.data)
        if endpoint is None:
            return await self.async_step_reconfigure()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = entry_data(endpoint, user_input[CONF_API_KEY])
            errors = await self._async_try(data)
            if not errors:
                return self._update_and_abort(entry, endpoint, data)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=_REAUTH_SCHEMA,
            errors=errors,
            description_placeholders={"endpoint": endpoint.unique_id, **_PLACEHOLDERS},
        )

    async def _async_has_other(
        self, endpoint: Endpoint, data: Mapping[str, Any], entry: ConfigEntry | None = None
    ) -> bool:
        """Return whether another entry than this one stands for the same resource."""
        configured = await self.async_set_unique_id(endpoint.unique_id)
        if configured is not None and configured is not entry:
            return True
        # A resource has two addresses, its region and a host of its own. Its keys are no other's.
        return endpoint.is_azure and any(
            other is not entry
            and entry_key(other.data) == data[CONF_API_KEY]
            and (others := entry_endpoint(other.data)) is not None
            and others.is_azure
            for other in self._async_current_entries(include_ignore=False)
        )

    def _abort_as_configured(self) -> ConfigFlowResult:
        return self.async_abort(reason="already_configured", description_placeholders=_PLACEHOLDERS)

    async def _async_try(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Open a connection with what an entry would store. Return the form's errors."""
        try:
            client = create_client(self.hass, data)
        except ValueError:
            return {CONF_API_KEY: "invalid_key"}
        try:
            await client.check()
        except SpeechError as err:
            _LOGGER.debug("The connection failed: %s", err)
            return {"base": translation_key(err)}
        finally:
            await client.close()
        return {}

    @callback
    def _update_and_abort(self, entry: ConfigEntry, new: Endpoint, data: Mapping[str, Any]) -> ConfigFlowResult:
        """Store what works, and set the entry up with it."""
        old = entry_endpoint(entry.data)
        listened = bool(entry.update_listeners)  # now: what follows may unload the entry at once
        changed = self.hass.config_entries.async_update_entry(
            entry,
            data=data,
            unique_id=new.unique_id,
            # A name that the household gave stays.
            title=_title(new) if old is not None and entry.title == _title(old) else entry.title,
        )
        # The update listener reloads an entry that is loaded and changed. One that did not change may work again, too.
        if not (changed and listened):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_update_and_abort(entry)


def _parse(text: str) -> tuple[Endpoint | None, dict[str, str]]:
    """Return the endpoint that was typed, or the form's errors."""
    try:
        return Endpoint.parse(text), {}
    except PortalPageError:
        return None, {CONF_ENDPOINT: "portal_page"}
    except ValueError:
        return None, {CONF_ENDPOINT: "invalid_endpoint"}


def _title(endpoint: Endpoint) -> str:
    """Return the title of a resource's entry, until the household gives it another."""
    return f"Azure Speech ({endpoint.unique_id})"
