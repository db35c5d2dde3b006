"""The field of the second engine, which the forms of recognizers, translators and voices have in common.

It is there where there is an engine to choose. Of what is wrong with the one that was chosen, the form tells when it
opens: the household may not have noticed, since it is asked only where the service does not answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectOptionDict, SelectSelector, SelectSelectorConfig, SelectSelectorMode
import voluptuous as vol

from ..const import CONF_SECOND_ENGINE
from ..fallback.choices import async_choices, async_suggestion, leads_to
from ..fallback.engines import async_loaded

_ASKS_BACK: Final = "second_engine_asks_back"


@dataclass(frozen=True, slots=True)
class SecondEngineField:
    """What a form asks about the second engine, and what it shows at first."""

    field: Mapping[vol.Marker, SelectSelector]
    """The field, or none."""
    suggested: Mapping[str, str]
    """What is filled in."""
    errors: Mapping[str, str]
    """What is told of the one that was chosen."""

    @classmethod
    async def async_prepare(
        cls, hass: HomeAssistant, entry: ConfigEntry, kind: str, stored: Mapping[str, Any] | None
    ) -> Self:
        """Prepare it for what an entry has of a kind, a type of subentry, and ``stored`` of it; None: it is new."""
        chosen = (stored or {}).get(CONF_SECOND_ENGINE)
        chosen = chosen if isinstance(chosen, str) else None
        choices = await async_choices(hass, entry, kind, chosen)
        suggestion = chosen if chosen in choices else None
        if stored is None:
            suggestion = await async_suggestion(hass, choices)
        error = _wrong_with(hass, entry, chosen) if chosen else None
        options = [SelectOptionDict(value=value, label=label) for value, label in choices.items()]
        selector = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))
        return cls(
            field={vol.Optional(CONF_SECOND_ENGINE): selector} if choices or chosen else {},
            suggested={CONF_SECOND_ENGINE: suggestion} if suggestion else {},
            errors={CONF_SECOND_ENGINE: error} if error else {},
        )

    def filled_in(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return stored settings as the form has them: what is gone is no choice any more."""
        return {name: value for name, value in settings.items() if name != CONF_SECOND_ENGINE} | dict(self.suggested)


def second_engine_mistake(hass: HomeAssistant, entry: ConfigEntry, user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the form's error if the engine that is chosen asks this resource itself; or none."""
    chosen = user_input.get(CONF_SECOND_ENGINE)
    return {CONF_SECOND_ENGINE: _ASKS_BACK} if chosen and leads_to(hass, chosen, entry) else {}


def _wrong_with(hass: HomeAssistant, entry: ConfigEntry, chosen: str) -> str | None:
    if er.async_get(hass).async_get(chosen) is None:
        return "second_engine_gone"
    if leads_to(hass, chosen, entry):
        return _ASKS_BACK
    return None if async_loaded(hass, chosen) else "second_engine_away"
