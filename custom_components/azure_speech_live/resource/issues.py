"""What a person must do about a resource, as Home Assistant's repair issues: there while it is so.

A key that is refused is none of them: Home Assistant asks for a new one by itself. So does it hide the issues of an
entry that is disabled, and remove those of one that is removed.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from .errors import lines_of

_HELP: Final = "https://github.com/azure-speech-live/azure-speech-live/blob/main/docs/troubleshooting.md"


class Issue(StrEnum):
    """The issues that a resource can have, by the keys of their words."""

    ENDPOINT_GONE = "endpoint_gone"
    LIMIT_USED_UP = "limit_used_up"
    NEWER_VERSION = "newer_version"
    ONE_AT_A_TIME = "one_at_a_time"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    PRONUNCIATION_REFUSED = "pronunciation_refused"
    QUOTA_USED_UP = "quota_used_up"
    QUOTA_OF_STANDARD = "quota_of_standard"
    SECOND_ENGINE_GONE = "second_engine_gone"
    USAGE_UNREADABLE = "usage_unreadable"
    VOICE_GONE = "voice_gone"
    VOICE_LIMIT_USED_UP = "voice_limit_used_up"


ON_STANDARD: Final = {
    Issue.ONE_AT_A_TIME: Issue.TOO_MANY_AT_ONCE,
    Issue.QUOTA_USED_UP: Issue.QUOTA_OF_STANDARD,
}
"""What is told in place of it where there is no larger tier to change to."""


@callback
def async_create_issue(hass: HomeAssistant, entry: ConfigEntry[Any], issue: Issue, **placeholders: str) -> None:
    """Tell the household of an issue, or in new words. The entry's title is a placeholder of every one."""
    if hass.config_entries.async_get_entry(entry.entry_id) is None:
        return  # it was removed, but could not be unloaded
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, issue),
        config_entry_id=entry.entry_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        learn_more_url=_HELP,
        translation_key=issue,
        translation_placeholders=lines_of({"title": entry.title, **placeholders}),
    )


@callback
def async_delete_issue(hass: HomeAssistant, entry: ConfigEntry[Any], issue: Issue) -> None:
    """Take an issue back that is over, if there was one. One that the user ignored stays ignored if it comes again."""
    registry = ir.async_get(hass)
    found = registry.async_get_issue(DOMAIN, _issue_id(entry, issue))
    if found is None or found.dismissed_version is None:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))
    elif found.active:
        # Home Assistant has no call for this, but does the same at a restart: it remembers that the issue was ignored,
        # and shows it to nobody before it is created again.
        registry.issues[DOMAIN, found.issue_id] = replace(found, active=False)
        hass.bus.async_fire(
            ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED,
            ir.EventIssueRegistryUpdatedData(action="update", domain=DOMAIN, issue_id=found.issue_id),
        )


@callback
def async_rename_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Tell of an entry's issues by the title that it has now."""
    for issue in Issue:
        found = ir.async_get(hass).async_get_issue(DOMAIN, _issue_id(entry, issue))
        if found is not None and found.active:
            placeholders = found.translation_placeholders or {}
            async_create_issue(hass, entry, issue, **{key: placeholders[key] for key in placeholders if key != "title"})


def _issue_id(entry: ConfigEntry[Any], issue: Issue) -> str:
    return f"{issue}_{entry.entry_id}"
