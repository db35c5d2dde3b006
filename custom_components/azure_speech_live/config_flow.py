"""The forms for a Speech resource: add it, change it, renew its key.

None of them says yes before it has opened a connection with what it was given. All that is refused stays in its field,
to be corrected, and no form that is left open is in the way of another.
"""

import asyncio
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

from .const import (
    CONF_ENDPOINT,
    DOMAIN,
    ENTRY_MINOR_VERSION,
    ENTRY_VERSION,
    SUBENTRY_MICROPHONE,
    SUBENTRY_RECOGNIZER,
    SUBENTRY_TRANSLATOR,
    SUBENTRY_VOICE,
)
from .flows.form import PAGES, to_choose, unless_removed
from .flows.microphone import MicrophoneFlow
from .flows.naming import (
    free_name,
    given_name,
    recognizer_names,
    resource_name,
    translator_names,
    usual_resource_name,
    voice_names,
)
from .flows.options import ResourceOptionsFlow
from .flows.recognizer import RecognizerFlow
from .flows.regions import portal_url, region_options
from .flows.translator import TranslatorFlow, translator_data, translator_mistake, translator_schema
from .flows.voice import VoiceFlow
from .resource.errors import called, form_error
from .resource.health import is_to_hear
from .resource.resource import create_client, entry_data, entry_endpoint, entry_key
from .speech import (
    Credentials,
    Endpoint,
    PortalPageError,
    RecognitionOptions,
    RequestRefusedError,
    SpeechClient,
    SpeechError,
    SynthesisOptions,
    TranslationOptions,
)
from .speech.pasted import find_key, names_resource, read_endpoint, read_key, sort_out

_LOGGER = logging.getLogger(__name__)

_ENDPOINT_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(options=region_options(), custom_value=True, mode=SelectSelectorMode.DROPDOWN)
)
_KEY_SELECTOR: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))

_USER_SCHEMA: Final = vol.Schema(
    {to_choose(CONF_ENDPOINT): _ENDPOINT_SELECTOR, vol.Required(CONF_API_KEY): _KEY_SELECTOR}
)
_RECONFIGURE_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_ENDPOINT): _ENDPOINT_SELECTOR, vol.Optional(CONF_API_KEY): _KEY_SELECTOR}
)
_REAUTH_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_API_KEY): _KEY_SELECTOR, vol.Required(CONF_ENDPOINT): _ENDPOINT_SELECTOR}
)

# Not in the translations themselves: addresses have no place there.
_PLACEHOLDERS: Final = {
    "container_url": "ws://192.168.1.20:5000",
    "own_endpoint": "https://….cognitiveservices.azure.com",
}

_VOICE: Final = SynthesisOptions(voice="en-US-JennyNeural")
_USES: Final = (
    (SUBENTRY_RECOGNIZER, RecognitionOptions(), "translates_only"),
    (SUBENTRY_TRANSLATOR, TranslationOptions(targets=("en",)), "transcribes_only"),
    (SUBENTRY_VOICE, _VOICE, "does_not_speak"),
)

_VOICES_LIMIT: Final = 10.0
"""Seconds in which a resource tells its voices; one that does not, is added without a voice."""


class _RefusedError(Exception):
    """What was typed cannot be used: the form's errors, and the resource, region or reason that they name."""

    def __init__(self, field: str, error: str, title: str = "") -> None:
        super().__init__(error)
        self.errors = {field: error}
        self.title = title


class AzureSpeechConfigFlow(ConfigFlow, domain=DOMAIN):
    """Add a Speech resource, or change one."""

    VERSION = ENTRY_VERSION
    MINOR_VERSION = ENTRY_MINOR_VERSION
    _accepted: tuple[Endpoint, dict[str, str]]
    """What a new entry will store, once it works."""
    _hears = True
    """Whether it recognises or translates: a container may only speak."""
    _speaks = False
    """Whether it has voices beside."""

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to a resource."""
        return {
            SUBENTRY_RECOGNIZER: RecognizerFlow,
            SUBENTRY_TRANSLATOR: TranslatorFlow,
            SUBENTRY_VOICE: VoiceFlow,
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
        refused = None
        if user_input is not None:
            try:
                endpoint, data = await self._async_accept(user_input)
            except _RefusedError as err:
                refused = err
            else:
                self._accepted = endpoint, data
                if not self._hears:
                    names = voice_names(self.hass, endpoint.unique_id)
                    return await self._async_create(SUBENTRY_VOICE, free_name(self.hass, names, SUBENTRY_VOICE), {})
                if not endpoint.generations(RecognitionOptions()):
                    return await self.async_step_translator()
                names = recognizer_names(self.hass, endpoint.unique_id)
                return await self._async_create(SUBENTRY_RECOGNIZER, free_name(self.hass, names), {})
        return self._show("user", _USER_SCHEMA, user_input, refused)

    async def async_step_translator(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what a resource shall translate whose endpoint does nothing else."""
        endpoint, _ = self._accepted
        errors: dict[str, str] = {}
        placeholders: Mapping[str, str] | None = None
        if user_input is not None:
            data = translator_data(user_input)
            errors, placeholders = translator_mistake(endpoint, data)
            if not errors:
                try:
                    self._refuse_other(endpoint, self._accepted[1], None)
                except _RefusedError as err:
                    return self._show("user", _USER_SCHEMA, {CONF_ENDPOINT: endpoint.url}, err)
                names = translator_names(self.hass, endpoint.unique_id, *data.values())
                return await self._async_create(SUBENTRY_TRANSLATOR, given_name(self.hass, user_input, names), data)
        schema = translator_schema(self.hass.config, new=True)
        return self.async_show_form(
            step_id="translator",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"endpoint": endpoint.unique_id, **(placeholders or {})},
        )

    @unless_removed
    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another region or endpoint, another key, or both."""
        entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
        return await self._async_change("reconfigure", _RECONFIGURE_SCHEMA, entry, user_input)

    async def async_step_reauth(self, _entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin when the service has refused the key."""
        return await self.async_step_reauth_confirm()

    @unless_removed
    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a key that works, and for the region or endpoint, which may be what is wrong."""
        entry = self._get_reauth_entry()
        if entry_endpoint(entry.data) is None:  # No key was refused: what is stored cannot be read.
            return await self.async_step_reconfigure()
        return await self._async_change("reauth_confirm", _REAUTH_SCHEMA, entry, user_input)

    async def _async_change(
        self, step: str, schema: vol.Schema, entry: ConfigEntry, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask for what an entry shall store, and store it when it works."""
        stored, refused = entry_endpoint(entry.data), None
        if user_input is not None:
            try:
                endpoint, data = await self._async_accept(user_input, entry)
            except _RefusedError as err:
                refused = err
            else:
                return self._update_and_abort(entry, endpoint, data)
        filled_in = user_input or ({CONF_ENDPOINT: stored.region or stored.url} if stored else {})
        return self._show(step, schema, filled_in, refused, stored)

    def _show(
        self,
        step: str,
        schema: vol.Schema,
        filled_in: Mapping[str, Any] | None,
        refused: _RefusedError | None,
        endpoint: Endpoint | None = None,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, filled_in),
            errors=refused.errors if refused else {},
            description_placeholders={
                **_PLACEHOLDERS,
                "portal_url": portal_url(endpoint),
                "endpoint": endpoint.unique_id if endpoint else "",
                "title": refused.title if refused else "",
            },
        )

    async def _async_accept(
        self, user_input: Mapping[str, Any], entry: ConfigEntry | None = None
    ) -> tuple[Endpoint, dict[str, str]]:
        """Return what was typed, and what an entry stores of it, when it works. Raises _RefusedError."""
        place, secret = sort_out(user_input[CONF_ENDPOINT], user_input.get(CONF_API_KEY, ""))
        endpoint = _endpoint(place)
        if names_resource(secret) and find_key(secret) is None and endpoint.is_azure:
            raise _RefusedError(CONF_API_KEY, "endpoint_as_key")
        if entry:
            _refuse_unable(endpoint, entry)
        data = entry_data(endpoint, read_key(secret) or (entry_key(entry.data) if entry else ""))
        self._refuse_other(endpoint, data, entry)
        await self._async_try(endpoint, data, entry)
        self._refuse_other(endpoint, data, entry)  # which another form may have added meanwhile
        return endpoint, data

    def _refuse_other(self, endpoint: Endpoint, data: Mapping[str, Any], entry: ConfigEntry | None) -> None:
        """Raise _RefusedError if another entry than this one stands for the same resource."""
        for other in self._async_current_entries(include_ignore=False):
            if other is entry:
                continue
            if other.unique_id == endpoint.unique_id:
                raise _RefusedError(CONF_ENDPOINT, "already_configured", called(other))
            # A resource has two addresses, its region and a host of its own. Its keys are no other's.
            others = entry_endpoint(other.data)
            both_in_azure = endpoint.is_azure and others is not None and others.is_azure
            if both_in_azure and entry_key(other.data) == data[CONF_API_KEY]:
                raise _RefusedError(CONF_API_KEY, "key_of_other", called(other))

    async def _async_try(self, endpoint: Endpoint, data: Mapping[str, Any], entry: ConfigEntry | None) -> None:
        """Open a connection with what an entry would store. Raises _RefusedError."""
        try:
            client = create_client(self.hass, endpoint, Credentials(key=data[CONF_API_KEY]))
            try:
                self._hears = await client.check()
                beside = entry is None and self._hears and bool(endpoint.generations(_VOICE))
                self._speaks = beside and await _has_voices(client)
            finally:
                await client.close()
        except ValueError as err:
            raise _RefusedError(CONF_API_KEY, "invalid_key") from err
        except SpeechError as err:
            _LOGGER.debug("The connection failed: %s", err)
            named = str(err) if isinstance(err, RequestRefusedError) else endpoint.region or ""
            raise _RefusedError("base", form_error(err, endpoint), named) from err
        if entry is not None and not self._hears and is_to_hear(entry):
            raise _RefusedError(CONF_ENDPOINT, "only_speaks")

    async def _async_create(self, kind: str, name: str, settings: Mapping[str, Any]) -> ConfigFlowResult:
        """Add the resource with what it is used for first."""
        endpoint, data = self._accepted
        # Not before it works: until it is left, a form would keep others from what it has set.
        await self.async_set_unique_id(endpoint.unique_id, raise_on_progress=False)
        uses = [ConfigSubentryData(subentry_type=kind, title=name, unique_id=None, data=settings)]
        voice = free_name(self.hass, voice_names(self.hass, endpoint.unique_id), SUBENTRY_VOICE)
        if self._speaks:
            uses.append(ConfigSubentryData(subentry_type=SUBENTRY_VOICE, title=voice, unique_id=None, data={}))
        description = "speaks" if self._speaks else None
        return self.async_create_entry(
            title=resource_name(self.hass, endpoint.unique_id),
            data=data,
            subentries=uses,
            description=description if self._hears else "only_speaks",
            description_placeholders={**PAGES, "name": name, "voice": voice},
        )

    @callback
    def _update_and_abort(self, entry: ConfigEntry, endpoint: Endpoint, data: Mapping[str, Any]) -> ConfigFlowResult:
        """Store what works, and set the entry up with it."""
        listened = bool(entry.update_listeners)  # now: what follows may unload the entry at once
        another_key = data[CONF_API_KEY] != entry_key(entry.data)
        ours = entry.title == usual_resource_name(entry.unique_id)
        changed = self.hass.config_entries.async_update_entry(
            entry,
            data=data,
            unique_id=endpoint.unique_id,
            # A name that the household gave stays.
            title=resource_name(self.hass, endpoint.unique_id, entry.entry_id) if ours else entry.title,
        )
        # The update listener reloads an entry that is loaded and changed. One that did not change may work again, too.
        if not (changed and listened):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        reason = "reauth_successful" if self.source == SOURCE_REAUTH else "reconfigure_successful"
        # A region takes the keys of all resources that are in it, and does not say whose a key is.
        return self.async_abort(
            reason="key_of_region" if another_key and endpoint.region else reason,
            description_placeholders={"title": called(entry)},
        )


async def _has_voices(client: SpeechClient) -> bool:
    """Return whether a resource speaks: a container that hears does not, nor does the older service."""
    try:
        async with asyncio.timeout(_VOICES_LIMIT):
            return bool(await client.voices())
    except (SpeechError, TimeoutError) as err:
        _LOGGER.debug("No list of voices: %r", err)
        return False


def _refuse_unable(endpoint: Endpoint, entry: ConfigEntry) -> None:
    """Raise _RefusedError if an endpoint does not do what an entry is used for."""
    for kind, options, error in _USES:
        if entry.get_subentries_of_type(kind) and not endpoint.generations(options):
            raise _RefusedError(CONF_ENDPOINT, error)


def _endpoint(text: str) -> Endpoint:
    """Return the endpoint that was typed. Raises _RefusedError."""
    try:
        return read_endpoint(text)
    except PortalPageError as err:
        raise _RefusedError(CONF_ENDPOINT, "portal_page") from err
    except ValueError as err:
        raise _RefusedError(CONF_ENDPOINT, "key_as_endpoint" if find_key(text) else "invalid_endpoint") from err
