"""What a person must do about a resource, as Home Assistant's repair issues: created while it is so, deleted after.

A key that is refused is none of them: Home Assistant asks for a new one by itself.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

if TYPE_CHECKING:
    from . import AzureSpeechConfigEntry

_HELP: Final = "https://github.com/azure-speech-live/azure-speech-live/blob/main/docs/troubleshooting.md"


class Issue(StrEnum):
    """The issues that a resource can have, by the keys of their words."""

    ENDPOINT_GONE = "endpoint_gone"
    LIMIT_USED_UP = "limit_used_up"
    NEWER_VERSION = "newer_version"
    ONE_AT_A_TIME = "one_at_a_time"
    QUOTA_USED_UP = "quota_used_up"


@callback
def async_create_issue(hass: HomeAssistant, entry: AzureSpeechConfigEntry, issue: Issue, **placeholders: str) -> None:
    """Tell the household of an issue. The entry's title is a placeholder of every one."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, issue),
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        learn_more_url=_HELP,
        translation_key=issue,
        translation_placeholders={"title": entry.title, **placeholders},
    )


@callback
def async_delete_issue(hass: HomeAssistant, entry: AzureSpeechConfigEntry, issue: Issue) -> None:
    """Take an issue back that is over, if there was one."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))


def _issue_id(entry: AzureSpeechConfigEntry, issue: Issue) -> str:
    return f"{issue}_{entry.entry_id}"
