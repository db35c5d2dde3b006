"""What was used of a resource this month, as sensors of the resource's own device."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .const import CONF_PRICING_TIER, CONF_SECOND_ENGINE, DOMAIN, TIER_FREE
from .entity import service_device
from .resource.errors import FAILURE_KINDS
from .resource.resource import AzureSpeechConfigEntry, SpeechResource

PARALLEL_UPDATES = 0

FREE_HOURS: Final = 5
"""Hours of audio that the free tier (F0) has in a month, by Microsoft's price list."""
FREE_CHARACTERS: Final = 500_000
"""Characters of neural voices that it has in a month, by the same list."""


@dataclass(frozen=True, kw_only=True)
class UsageSensorDescription(SensorEntityDescription):
    """A sensor, and where its value comes from."""

    value: Callable[[SpeechResource], StateType]
    attributes: Callable[[SpeechResource], Mapping[str, Any] | None] = lambda _: None


def _audio(key: str, value: Callable[[SpeechResource], float]) -> UsageSensorDescription:
    return UsageSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=1,
        value=value,
    )


def _share(key: str, value: Callable[[SpeechResource], float | None]) -> UsageSensorDescription:
    return UsageSensorDescription(
        key=key,
        translation_key=key,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        value=lambda resource: None if (share := value(resource)) is None else share * 100,
    )


def _delay(key: str, value: Callable[[SpeechResource], float | None]) -> UsageSensorDescription:
    return UsageSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MILLISECONDS,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value=value,
    )


# Only with a limit.
LIMIT_USED: Final = _share("limit_used", lambda resource: resource.hearing_guard.share)
VOICE_LIMIT_USED: Final = _share("voice_limit_used", lambda resource: resource.speaking_guard.share)
# Only in the free tier.
FREE_HOURS_USED: Final = _share("free_hours_used", lambda resource: resource.usage.used.hours / FREE_HOURS)
FREE_CHARACTERS_USED: Final = _share(
    "free_characters_used", lambda resource: resource.usage.used.characters / FREE_CHARACTERS
)
# Only with a second engine.
SECOND_ANSWERS: Final = UsageSensorDescription(
    key="second_answers",
    translation_key="second_answers",
    state_class=SensorStateClass.TOTAL,
    value=lambda resource: resource.usage.month.second_heard + resource.usage.month.second_spoken,
    attributes=lambda resource: {
        "heard": resource.usage.month.second_heard,
        "spoken": resource.usage.month.second_spoken,
    },
)

SENSORS: Final = (
    _audio("recognition_audio", lambda resource: resource.usage.month.recognition_seconds),
    _audio("translation_audio", lambda resource: resource.usage.month.translation_seconds),
    UsageSensorDescription(
        key="characters",
        translation_key="characters",
        state_class=SensorStateClass.TOTAL,
        value=lambda resource: resource.usage.month.characters,
    ),
    UsageSensorDescription(
        key="requests",
        translation_key="requests",
        state_class=SensorStateClass.TOTAL,
        entity_registry_enabled_default=False,
        value=lambda resource: resource.usage.month.requests,
    ),
    UsageSensorDescription(
        key="failures",
        translation_key="failures",
        state_class=SensorStateClass.TOTAL,
        value=lambda resource: sum(resource.usage.month.failures.values()),
        attributes=lambda resource: {kind: resource.usage.month.failures.get(kind, 0) for kind in FAILURE_KINDS},
    ),
    _delay("delay", lambda resource: resource.usage.delay),
    _delay("voice_delay", lambda resource: resource.usage.voice_delay),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the resource."""
    descriptions = [*SENSORS]
    registry = er.async_get(hass)
    is_free = entry.options.get(CONF_PRICING_TIER) == TIER_FREE
    for description, wanted in (
        (LIMIT_USED, entry.runtime_data.hearing_guard.limit is not None),
        (VOICE_LIMIT_USED, entry.runtime_data.speaking_guard.limit is not None),
        (FREE_HOURS_USED, is_free),
        (FREE_CHARACTERS_USED, is_free),
        (SECOND_ANSWERS, any(subentry.data.get(CONF_SECOND_ENGINE) for subentry in entry.subentries.values())),
    ):
        if wanted:
            descriptions.append(description)
        elif entity_id := registry.async_get_entity_id(Platform.SENSOR, DOMAIN, _unique_id(entry, description)):
            registry.async_remove(entity_id)
    async_add_entities(UsageSensor(entry, description) for description in descriptions)


class UsageSensor(SensorEntity):
    """A figure of the resource's usage. It is available also when the service is not."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    entity_description: UsageSensorDescription

    def __init__(self, entry: AzureSpeechConfigEntry, description: UsageSensorDescription) -> None:
        """Initialize the sensor; the entry is its device."""
        self.entity_description = description
        self._resource = entry.runtime_data
        self._attr_unique_id = _unique_id(entry, description)
        self._attr_device_info = service_device(entry.entry_id, entry.title, "resource")

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the usage."""
        await super().async_added_to_hass()
        self.async_on_remove(self._resource.usage.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> StateType:
        """Return the figure."""
        return self.entity_description.value(self._resource)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return when the month began, for what is counted by the month."""
        return self._resource.usage.months.start if self.state_class is SensorStateClass.TOTAL else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what the figure is made of, if there is more to say."""
        return self.entity_description.attributes(self._resource)


def _unique_id(entry: AzureSpeechConfigEntry, description: UsageSensorDescription) -> str:
    return f"{entry.entry_id}_{description.key}"
