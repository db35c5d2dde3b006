"""The form of a recognizer: what is spoken, when a command is over, and how its text is written.

Its fields are the settings of recognizer/settings.py, which has their defaults.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.core_config import Config
from homeassistant.data_entry_flow import Required, section
from homeassistant.helpers.field_visibility import ConditionOperator
from homeassistant.helpers.selector import (
    BooleanSelector,
    ConversationAgentSelector,
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

from ..const import CONF_AGENT, CONF_LANGUAGES, CONF_SECOND_ENGINE, SUBENTRY_RECOGNIZER
from ..home.agents import async_as_stored, async_chosen_agent, async_is_gone, async_is_of_recognizer
from ..languages.names import language_options
from ..languages.words import ARROW
from ..recognizer.settings import MAX_DURATION, MAX_PHRASE_WEIGHT, SHORT_SILENCES, EndOfSpeech, RecognizerSettings
from ..recognizer.text import TextForm
from ..resource.resource import entry_endpoint
from ..resource.stored import InvalidSettingError
from ..speech import Profanity, RecognitionOptions
from .form import PAGES, unless_removed
from .naming import given_name, recognizer_names
from .second_engine import SecondEngineField, second_engine_mistake

_DEFAULTS: Final = RecognizerSettings()
_LINES: Final = TextSelector(TextSelectorConfig(multiple=True))


def _choice(setting: str, choices: type[EndOfSpeech | TextForm | Profanity]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=[str(choice) for choice in choices], translation_key=setting, mode=_DROPDOWN)
    )


def _seconds(least: float, most: float, step: float) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=least, max=most, step=step, unit_of_measurement=UnitOfTime.SECONDS, mode=NumberSelectorMode.BOX
        )
    )


_DROPDOWN: Final = SelectSelectorMode.DROPDOWN

_TEXT: Final = {
    vol.Required("text_form", default=_DEFAULTS.text_form): _choice("text_form", TextForm),
    vol.Required("profanity", default=_DEFAULTS.profanity): _choice("profanity", Profanity),
    vol.Optional("substitutions"): _LINES,
}
_ADVANCED: Final = {
    vol.Optional("initial_silence"): _seconds(1, 30, 0.5),
    # Source of these limits: Microsoft's "How to recognize speech", section "Change how silence is handled".
    vol.Optional("segmentation_silence"): _seconds(0.1, 5, 0.1),
    vol.Required("short_silence", default=_DEFAULTS.short_silence): _seconds(*SHORT_SILENCES, 0.05),
    vol.Required("phrase_weight", default=_DEFAULTS.phrase_weight): NumberSelector(
        NumberSelectorConfig(min=0, max=MAX_PHRASE_WEIGHT, step=0.1, mode=NumberSelectorMode.SLIDER)
    ),
    vol.Optional("custom_model"): TextSelector(),
    vol.Required("raw_audio", default=_DEFAULTS.raw_audio): BooleanSelector(),
    vol.Required("store_audio", default=_DEFAULTS.store_audio): BooleanSelector(),
}
_ON_NOTHING: Final = {
    Required(
        "second_on_nothing",
        default=_DEFAULTS.second_on_nothing,
        visible={"field": CONF_SECOND_ENGINE, "operator": ConditionOperator.EXISTS},
    ): BooleanSelector()
}
_SECTIONS: Final = {"text": _TEXT, "advanced": _ADVANCED}


def _schema(config: Config, second: SecondEngineField, *, new: bool) -> vol.Schema:
    """Return the form's fields: what homes differ in first, and the name last, which follows from it."""
    languages = SelectSelectorConfig(options=language_options(config), multiple=True, mode=_DROPDOWN)
    return vol.Schema(
        {
            vol.Optional(CONF_LANGUAGES): SelectSelector(languages),
            vol.Optional(CONF_AGENT): ConversationAgentSelector(),
            vol.Required("use_names", default=_DEFAULTS.use_names): BooleanSelector(),
            vol.Optional("phrases"): _LINES,
            vol.Required("alternatives", default=_DEFAULTS.alternatives): BooleanSelector(),
            vol.Required("end_of_speech", default=_DEFAULTS.end_of_speech): _choice("end_of_speech", EndOfSpeech),
            Required(
                "by_command",
                default=_DEFAULTS.by_command,
                visible={"field": "end_of_speech", "value": EndOfSpeech.FIRST},
            ): BooleanSelector(),
            Required(
                "max_duration",
                default=_DEFAULTS.max_duration,
                visible={"field": "end_of_speech", "value": EndOfSpeech.AZURE},
            ): _seconds(3, MAX_DURATION, 1),
            **second.field,
            **(_ON_NOTHING if second.field else {}),
            **({vol.Optional(CONF_NAME): TextSelector()} if new else {}),
            **{
                vol.Required(name): section(vol.Schema(fields), {"collapsed": True})
                for name, fields in _SECTIONS.items()
            },
        }
    )


# Not in the translations themselves, so that no language gets it wrong.
_PLACEHOLDERS: Final = {"arrow": ARROW, "example": f"per cent {ARROW} %"}


class RecognizerFlow(ConfigSubentryFlow):
    """Add a recognizer, or change one."""

    @unless_removed
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the settings and a name."""
        return await self._step("user", user_input)

    @unless_removed
    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for other settings."""
        return await self._step("reconfigure", user_input)

    async def _step(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry, new = self._get_entry(), self.source == SOURCE_USER
        endpoint = entry_endpoint(entry.data)
        if endpoint is not None and not endpoint.generations(RecognitionOptions()):
            return self.async_abort(reason="translates_only")
        before = None if new else self._get_reconfigure_subentry().data
        second = await SecondEngineField.async_prepare(self.hass, entry, SUBENTRY_RECOGNIZER, before)
        schema = _schema(self.hass.config, second, new=new)
        placeholders: Mapping[str, str] = {}
        if user_input is None:
            suggested, errors = second.filled_in(_in_sections(before or {})), dict(second.errors)
            if (stored := suggested.pop(CONF_AGENT, None)) and async_is_gone(self.hass, stored):
                errors[CONF_AGENT] = "agent_gone"
            elif stored:
                suggested[CONF_AGENT] = async_chosen_agent(self.hass, stored)
        else:
            suggested, errors = user_input, second_engine_mistake(self.hass, entry, user_input)
            data = _stored(user_input)
            if chosen := data.pop(CONF_AGENT, None):
                data[CONF_AGENT] = async_as_stored(self.hass, chosen)
                if async_is_of_recognizer(self.hass, chosen):
                    errors[CONF_AGENT] = "agent_asks_back"
            try:
                RecognizerSettings.from_data(data)
            except InvalidSettingError as err:
                # The user interface shows no error beside a field in a section.
                errors[err.setting if err.setting in schema.schema else "base"] = err.key
                placeholders = err.placeholders
            if not errors:
                return self._add(entry, user_input, data) if new else self._change(entry, data)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={**_PLACEHOLDERS, **placeholders},
        )

    def _add(self, entry: ConfigEntry, user_input: dict[str, Any], data: dict[str, Any]) -> SubentryFlowResult:
        names = recognizer_names(self.hass, entry.unique_id, data.get(CONF_LANGUAGES, ()))
        name = given_name(self.hass, user_input, names)
        description = "answers" if CONF_AGENT in data else None
        placeholders = {**PAGES, "name": name}
        return self.async_create_entry(
            title=name, data=data, description=description, description_placeholders=placeholders
        )

    def _change(self, entry: ConfigEntry, data: dict[str, Any]) -> SubentryFlowResult:
        return self.async_update_and_abort(entry, self._get_reconfigure_subentry(), data=data)


def _stored(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's input as a subentry stores it: without the sections, which are the form's affair."""
    data = {name: value for name, value in user_input.items() if name != CONF_NAME and name not in _SECTIONS}
    for name in _SECTIONS:
        data |= user_input[name]
    return data


def _in_sections(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored as the form has it."""
    return {**data, **{name: {key: data[key] for key in fields if key in data} for name, fields in _SECTIONS.items()}}
