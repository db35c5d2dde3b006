"""Subtitles of what an action has heard: in its response and, if it is to, in files beside each other.

`talk.srt` has what was said, and `talk.de.srt` its German translation, as players look for them. Where a file of that
name is there, it is replaced; no other kind of file can be.
"""

from pathlib import Path
from typing import Final

from atomicwrites import AtomicWriter  # type: ignore[import-untyped]  # it has no types
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonObjectType

from ..resource.errors import worded
from ..transcript.cues import Line
from ..transcript.subtitles import Format, write
from ..transcript.transcript import Transcript

SUBTITLES: Final = (Format.SRT, Format.VTT)
"""What players read."""
_LONGEST_NAME: Final = 200
"""Bytes: file systems take 255, and a language and what makes the writing atomic are added."""


async def async_get_place(hass: HomeAssistant, filename: str, form: Format | None) -> tuple[Path, Format]:
    """Return where subtitles are to be written, and what is to be written: what the name says, if nothing else does.

    Raises ServiceValidationError if it is not a name of such subtitles, or not in a folder that Home Assistant may use.
    """
    path = Path(filename)
    known = {f".{kind}": kind for kind in SUBTITLES if form in (None, kind)}
    if path.suffix not in known or not filename.isprintable() or len(path.name.encode()) > _LONGEST_NAME:
        raise worded(ServiceValidationError, "file_not_subtitles", filename=filename, endings=", ".join(known))
    if not path.is_absolute() or not await hass.async_add_executor_job(_is_allowed, hass, path):
        raise worded(ServiceValidationError, "file_not_allowed", filename=filename)
    return path, known[path.suffix]


def _is_allowed(hass: HomeAssistant, path: Path) -> bool:
    return path.parent.is_dir() and not path.is_dir() and hass.config.is_allowed_path(str(path))


async def async_subtitles(
    hass: HomeAssistant, transcript: Transcript, form: Format, path: Path | None
) -> JsonObjectType:
    """Return the subtitles of a transcript as an action responds them, written to files if there are to be any.

    What was said is worth having also where it cannot be written: then there is an "error".
    """
    said, targets = transcript.lines(), {target: transcript.lines(target) for target in transcript.targets}
    text, translated = await hass.async_add_executor_job(_texts, said, targets, form)
    response: JsonObjectType = {"subtitles": text}
    if translated:
        response["translated_subtitles"] = dict(translated)
    if path is None:
        return response
    files = {path: text} | {path.with_suffix(f".{target}{path.suffix}"): text for target, text in translated.items()}
    written: list[str] = []
    for file, content in files.items():
        try:
            await hass.async_add_executor_job(_write, file, content)
        except OSError as err:
            reason = err.strerror or str(err)
            response["error"] = str(worded(HomeAssistantError, "file_not_written", filename=str(file), reason=reason))
        else:
            written.append(str(file))
    return response | {"files": [*written]}


def _texts(said: list[Line], targets: dict[str, list[Line]], form: Format) -> tuple[str, dict[str, str]]:
    return write(said, form), {target: write(lines, form) for target, lines in targets.items()}


def _write(file: Path, text: str) -> None:
    with AtomicWriter(file, mode="wb", overwrite=True).open() as opened:
        opened.write(text.encode())
    file.chmod(0o644)
