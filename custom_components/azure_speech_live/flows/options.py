"""The form for a resource's options: how much of it may be used, how much of that is free, and who may caption."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    CAPTIONS_FOR_ADMINISTRATORS,
    CAPTIONS_FOR_EVERYBODY,
    CONF_CAPTIONS_FOR,
    CONF_MONTHLY_CHARACTERS,
    CONF_MONTHLY_LIMIT,
    CONF_PRICING_TIER,
    TIER_FREE,
    TIER_STANDARD,
    TIER_UNKNOWN,
)
from .form import unless_removed

_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_MONTHLY_LIMIT): NumberSelector(
            NumberSelectorConfig(
                min=0.1, max=10_000, step=0.1, mode=NumberSelectorMode.BOX, unit_of_measurement=UnitOfTime.HOURS
            )
        ),
        vol.Optional(CONF_MONTHLY_CHARACTERS): NumberSelector(
            NumberSelectorConfig(min=1000, max=100_000_000, step=1, mode=NumberSelectorMode.BOX)
        ),
        vol.Required(CONF_PRICING_TIER, default=TIER_UNKNOWN): SelectSelector(
            SelectSelectorConfig(
                options=[TIER_UNKNOWN, TIER_FREE, TIER_STANDARD],
                translation_key=CONF_PRICING_TIER,
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Required(CONF_CAPTIONS_FOR, default=CAPTIONS_FOR_EVERYBODY): SelectSelector(
            SelectSelectorConfig(
                options=[CAPTIONS_FOR_EVERYBODY, CAPTIONS_FOR_ADMINISTRATORS],
                translation_key=CONF_CAPTIONS_FOR,
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
    }
)


class ResourceOptionsFlow(OptionsFlow):
    """Set limits to what the household uses in a month, say which tier the resource has, and who may have captions."""

    @unless_removed
    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for all of them."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(step_id="init", data_schema=self.add_suggested_values_to_schema(_SCHEMA, options))
