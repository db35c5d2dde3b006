"""What does not work of a satellite's voice assistant, from when the household is told until it works again.

The log has it once, in the pipeline's own words. The satellite shows it, and says it in words that name the part that
fails; these are the same words, in the languages of the household's screens and of the assistant's voice.
"""

import logging
from pathlib import Path
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import language as language_util

from ..const import DOMAIN
from .pipeline_run import Part, Problem

_LOGGER = logging.getLogger(__name__)

ATTR_PROBLEM: Final = "problem"
ATTR_PROBLEM_MESSAGE: Final = "problem_message"

_SATELLITE: Final = f"component.{DOMAIN}.entity.{Platform.ASSIST_SATELLITE}.microphone"
_TRANSLATIONS: Final = Path(__file__).parents[1] / "translations"


class AssistantProblems:
    """What does not work at present."""

    def __init__(self, satellite: Entity) -> None:
        """Begin without any."""
        self._satellite = satellite
        self._told: set[Problem] = set()
        self._shown: Problem | None = None
        self._keeps_from_waiting = False

    @property
    def attributes(self) -> dict[str, str]:
        """Return what the satellite shows."""
        if self._shown is None:
            return {}
        return {ATTR_PROBLEM: self._shown.part, ATTR_PROBLEM_MESSAGE: self._shown.message}

    @callback
    def async_note(self, problem: Problem, *, waits: bool) -> bool:
        """Take note of a problem, and of whether it keeps the satellite from waiting for the wake word.

        Return whether it is new.
        """
        is_new = problem not in self._told
        if is_new:
            level = logging.ERROR if problem.unforeseen else logging.WARNING
            name, error = self._satellite.entity_id, problem.unforeseen
            _LOGGER.log(level, "%s: %s (%s)", name, problem.message, problem.code, exc_info=error)
        self._told.add(problem)
        self._shown, self._keeps_from_waiting = problem, waits
        self._satellite.async_write_ha_state()
        return is_new

    @callback
    def async_works(self) -> None:
        """Take note that an answer was given."""
        if self._shown is not None:
            _LOGGER.info("%s: the voice assistant works again", self._satellite.entity_id)
            self._shown = None
            self._told.clear()
            self._satellite.async_write_ha_state()

    @callback
    def async_waits(self) -> None:
        """Take note that nothing keeps it from waiting for the wake word."""
        if self._keeps_from_waiting:
            self.async_works()


async def async_problem_in_words(hass: HomeAssistant, part: Part, language: str) -> str:
    """Return what to say of a part that does not work, in a language, or else in English."""
    worded = await hass.async_add_executor_job(lambda: sorted(path.stem for path in _TRANSLATIONS.glob("*.json")))
    known = next(iter(language_util.matches(language, worded)), "en")
    translations = await async_get_translations(hass, known, "entity", [DOMAIN])
    return translations[f"{_SATELLITE}.state_attributes.{ATTR_PROBLEM}.state.{part}"]
