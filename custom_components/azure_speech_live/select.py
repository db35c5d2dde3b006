"""What can be selected for a microphone: its pipeline, and when somebody has finished speaking."""

from homeassistant.components.assist_pipeline import AssistPipelineSelect, VadSensitivitySelect, async_get_pipelines
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_PIPELINE, DOMAIN
from .entity import microphone_device
from .resource.resource import AzureSpeechConfigEntry
from .satellite.host_microphone import async_get_microphones

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: AzureSpeechConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the selects of every microphone of the entry."""
    for subentry_id in async_get_microphones(hass, entry):
        subentry = entry.subentries[subentry_id]
        async_add_entities(
            [PipelineSelect(hass, subentry), FinishedSpeakingSelect(hass, subentry)], config_subentry_id=subentry_id
        )


class PipelineSelect(AssistPipelineSelect):
    """Selects the pipeline. It begins with the one from the form, and is what counts from then on."""

    _attr_has_entity_name = True

    def __init__(self, hass: HomeAssistant, subentry: ConfigSubentry) -> None:
        """Initialize the select and its device."""
        super().__init__(hass, DOMAIN, subentry.subentry_id)
        self._attr_device_info = microphone_device(subentry)
        chosen = subentry.data.get(CONF_PIPELINE)
        names = (pipeline.name for pipeline in async_get_pipelines(hass) if pipeline.id == chosen)
        self._attr_current_option = next(names, self._attr_current_option)


class FinishedSpeakingSelect(VadSensitivitySelect):
    """Selects how long a silence ends a command."""

    _attr_has_entity_name = True

    def __init__(self, hass: HomeAssistant, subentry: ConfigSubentry) -> None:
        """Initialize the select and its device."""
        super().__init__(hass, subentry.subentry_id)
        self._attr_device_info = microphone_device(subentry)
