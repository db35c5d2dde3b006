"""What Home Assistant understands of a command, as its own agent and its automations will, and nothing is done yet."""

from homeassistant.core import HomeAssistant

from .verdict import Verdict


class Sentences:
    """The sentences of this home, for one command."""

    async def judge(self, text: str) -> Verdict:  # noqa: ARG002 - the signature alone, for now
        """Return whether what was heard of a command can go on. Does not raise: OTHER is the answer to all trouble."""
        return Verdict.OTHER

    async def understands(self, text: str) -> bool:  # noqa: ARG002 - the signature alone, for now
        """Return whether it is a command of this home, or starts an automation. Does not raise."""
        return False


async def async_find(hass: HomeAssistant, stt_entity_id: str, language: str) -> Sentences | None:  # noqa: ARG001 - the signature alone, for now
    """Return the sentences of the command that is now spoken to a recognizer, in a language; None if it must not know.

    To be called in the context of the assistant's run. Does not raise.
    """
    return None
