"""The form of a translator: what is spoken, and what it becomes."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core_config import Config
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode, TextSelector
import voluptuous as vol

from ..const import CONF_LANGUAGES, CONF_TARGET_LANGUAGE
from ..languages.choice import translation_options
from ..languages.names import language_options, translation_language_options
from ..resource.resource import entry_endpoint
from ..speech import Endpoint, Mode, TranslationOptions
from .form import PAGES, to_choose, unless_removed
from .naming import free_name, given_name, translator_names

# The target alone is wrong where it is what is spoken already.
_ERROR_FIELDS: Final = {"same_language": CONF_TARGET_LANGUAGE}


def translator_schema(config: Config, *, new: bool) -> vol.Schema:
    """Return the form's fields, the name last, which follows from the others."""
    spoken = SelectSelectorConfig(options=language_options(config), multiple=True, mode=SelectSelectorMode.DROPDOWN)
    targets = SelectSelectorConfig(options=translation_language_options(config), mode=SelectSelectorMode.DROPDOWN)
    return vol.Schema(
        {
            to_choose(CONF_LANGUAGES, several=True): SelectSelector(spoken),
            to_choose(CONF_TARGET_LANGUAGE): SelectSelector(targets),
            **({vol.Optional(CONF_NAME): TextSelector()} if new else {}),
        }
    )


def translator_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's input as a subentry stores it."""
    return {name: user_input[name] for name in (CONF_LANGUAGES, CONF_TARGET_LANGUAGE)}


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


class TranslatorFlow(ConfigSubentryFlow):
    """Add a translator, or change one."""

    @unless_removed
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the languages and a name."""
        return self._step("user", user_input)

    @unless_removed
    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for other languages."""
        return self._step("reconfigure", user_input)

    def _step(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry, new = self._get_entry(), self.source == SOURCE_USER
        endpoint = entry_endpoint(entry.data)
        if endpoint is not None and not endpoint.generations(TranslationOptions(targets=("en",))):
            return self.async_abort(reason="transcribes_only")
        errors: dict[str, str] = {}
        placeholders: Mapping[str, str] | None = None
        if user_input is None:
            suggested = {} if new else dict(self._get_reconfigure_subentry().data)
        else:
            suggested, data = user_input, translator_data(user_input)
            errors, placeholders = translator_mistake(endpoint, data)
            if not errors:
                return self._add(entry, user_input, data) if new else self._change(entry, data)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(translator_schema(self.hass.config, new=new), suggested),
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
