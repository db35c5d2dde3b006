"""The form of a translator: what is spoken, and what it becomes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.core_config import Config
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode, TextSelector
import voluptuous as vol

from ..const import CONF_LANGUAGES, CONF_SECOND_ENGINE, CONF_TARGET_LANGUAGE, SUBENTRY_TRANSLATOR
from ..languages.choice import translation_options
from ..languages.names import language_options, translation_language_options
from ..resource.resource import entry_endpoint, own_subentry
from ..speech import Endpoint, Mode, TranslationOptions
from ..speech.language_tags import language_of
from .form import PAGES, to_choose, unless_removed
from .naming import free_name, given_name, translator_names
from .second_engine import SecondEngineField, second_engine_mistake

# The target alone is wrong where it is what is spoken already.
_ERROR_FIELDS: Final = {"same_language": CONF_TARGET_LANGUAGE}


def translator_schema(
    config: Config, second: Mapping[vol.Marker, SelectSelector] = MappingProxyType({}), *, new: bool
) -> vol.Schema:
    """Return the form's fields, the name last, which follows from the others. ``second`` is that of a second engine."""
    spoken = SelectSelectorConfig(options=language_options(config), multiple=True, mode=SelectSelectorMode.DROPDOWN)
    targets = SelectSelectorConfig(options=translation_language_options(config), mode=SelectSelectorMode.DROPDOWN)
    return vol.Schema(
        {
            to_choose(CONF_LANGUAGES, several=True): SelectSelector(spoken),
            to_choose(CONF_TARGET_LANGUAGE): SelectSelector(targets),
            **second,
            **({vol.Optional(CONF_NAME): TextSelector()} if new else {}),
        }
    )


def translator_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's input as a subentry stores it."""
    return {name: value for name, value in user_input.items() if name != CONF_NAME}


def translator_mistake(
    endpoint: Endpoint | None, data: Mapping[str, Any]
) -> tuple[dict[str, str], Mapping[str, str] | None]:
    """Return the form's errors, with their placeholders, where an endpoint cannot translate like this; or none."""
    try:
        options = translation_options(data[CONF_LANGUAGES], [data[CONF_TARGET_LANGUAGE]], mode=Mode.INTERACTIVE)
    except ServiceValidationError as err:
        key = err.translation_key or ""
        return {_ERROR_FIELDS.get(key, CONF_LANGUAGES): key}, err.translation_placeholders
    if options.candidates and endpoint is not None and not endpoint.generations(options):
        return {CONF_LANGUAGES: "one_language"}, None
    return {}, None


def _stands_in(hass: HomeAssistant, data: Mapping[str, Any]) -> bool:
    """Return whether a translator's second engine, if it has one, translates all that it does, to the same language."""
    if CONF_SECOND_ENGINE not in data:
        return True
    second = own_subentry(hass, er.async_get(hass).async_get(data[CONF_SECOND_ENGINE]))
    if second is None or second.data.get(CONF_TARGET_LANGUAGE) != data[CONF_TARGET_LANGUAGE]:
        return False
    known = {language_of(language) for language in second.data.get(CONF_LANGUAGES, ())}
    return known >= {language_of(language) for language in data[CONF_LANGUAGES]}


class TranslatorFlow(ConfigSubentryFlow):
    """Add a translator, or change one."""

    @unless_removed
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the languages and a name."""
        return await self._step("user", user_input)

    @unless_removed
    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for other languages."""
        return await self._step("reconfigure", user_input)

    async def _step(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry, new = self._get_entry(), self.source == SOURCE_USER
        endpoint = entry_endpoint(entry.data)
        if endpoint is not None and not endpoint.generations(TranslationOptions(targets=("en",))):
            return self.async_abort(reason="transcribes_only")
        before = None if new else self._get_reconfigure_subentry().data
        second = await SecondEngineField.async_prepare(self.hass, entry, SUBENTRY_TRANSLATOR, before)
        placeholders: Mapping[str, str] | None = None
        if user_input is None:
            suggested, errors = second.filled_in(before or {}), dict(second.errors)
        else:
            suggested, data = user_input, translator_data(user_input)
            errors, placeholders = translator_mistake(endpoint, data)
            errors |= second_engine_mistake(self.hass, entry, data)
            if not errors and not _stands_in(self.hass, data):
                errors = {CONF_SECOND_ENGINE: "second_translates_otherwise"}
            if not errors:
                return self._add(entry, user_input, data) if new else self._change(entry, data)
        schema = translator_schema(self.hass.config, second.field, new=new)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _add(self, entry: ConfigEntry, user_input: dict[str, Any], data: dict[str, Any]) -> SubentryFlowResult:
        name = given_name(self.hass, user_input, self._names(entry, data))
        return self.async_create_entry(title=name, data=data, description_placeholders={**PAGES, "name": name})

    def _change(self, entry: ConfigEntry, data: dict[str, Any]) -> SubentryFlowResult:
        """Store the languages. A name that was made of the languages before is made of these; any other stays."""
        subentry, names = self._get_reconfigure_subentry(), self._names(entry, data)
        title = subentry.title
        try:
            ours = title in self._names(entry, subentry.data)
        except KeyError, TypeError:  # What is stored cannot be read, and is made good by this.
            ours = False
        if ours and title not in names:
            title = free_name(self.hass, names)
        return self.async_update_and_abort(entry, subentry, title=title, data=data)

    def _names(self, entry: ConfigEntry, data: Mapping[str, Any]) -> list[str]:
        return translator_names(self.hass, entry.unique_id, data[CONF_LANGUAGES], data[CONF_TARGET_LANGUAGE])
