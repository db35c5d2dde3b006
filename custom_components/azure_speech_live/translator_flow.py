"""The form of a translator: what is spoken, and what it becomes."""

from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode, TextSelector
import voluptuous as vol

from .const import CONF_LANGUAGES, CONF_TARGET_LANGUAGE
from .language_names import language_options, translation_language_options
from .languages import translation_options
from .speech import Mode

_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_LANGUAGES): SelectSelector(
            SelectSelectorConfig(options=language_options(), multiple=True, mode=SelectSelectorMode.DROPDOWN)
        ),
        vol.Required(CONF_TARGET_LANGUAGE): SelectSelector(
            SelectSelectorConfig(options=translation_language_options(), mode=SelectSelectorMode.DROPDOWN)
        ),
    }
)
_NEW_SCHEMA: Final = vol.Schema({vol.Required(CONF_NAME, default="Translator"): TextSelector()}).extend(_SCHEMA.schema)


class TranslatorFlow(ConfigSubentryFlow):
    """Add a translator, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a name and the languages."""
        return self._step("user", _NEW_SCHEMA, user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for other languages."""
        return self._step("reconfigure", _SCHEMA, user_input)

    def _step(self, step: str, schema: vol.Schema, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is None:
            suggested = {} if self.source == SOURCE_USER else dict(self._get_reconfigure_subentry().data)
        else:
            suggested = user_input
            data = {name: user_input[name] for name in (CONF_LANGUAGES, CONF_TARGET_LANGUAGE)}
            try:
                translation_options(data[CONF_LANGUAGES], [data[CONF_TARGET_LANGUAGE]], mode=Mode.INTERACTIVE)
            except ServiceValidationError as err:
                errors["base"] = err.translation_key or ""
                placeholders = err.translation_placeholders or {}
            else:
                if self.source == SOURCE_USER:
                    return self.async_create_entry(title=user_input[CONF_NAME], data=data)
                return self.async_update_and_abort(self._get_entry(), self._get_reconfigure_subentry(), data=data)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders=placeholders,
        )
