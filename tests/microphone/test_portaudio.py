"""What only sound cards do: numbers in names, formats that are refused, devices that are taken.

There is no sound card here, so that PyAudio has a stand-in, which answers as PyAudio 0.2.14 does. All else about it is
tested with PyAudio itself.
"""

from pathlib import Path
import sys
from typing import Any

import pytest

from custom_components.azure_speech_live.microphone import (
    MicrophoneBusyError,
    MicrophoneFailedError,
    MicrophoneMissingError,
    portaudio as portaudio_module,
)
from custom_components.azure_speech_live.microphone.portaudio import PortAudio

from .sound import alsa

UNAVAILABLE = OSError(-9985, "Device unavailable")
HOST_ERROR = OSError(-9999, "Unanticipated host error")
INVALID_RATE = OSError(-9997, "Invalid sample rate")
INVALID_CHANNELS = OSError(-9998, "Invalid number of channels")


class SoundCards:
    """Stands in for the module: names of devices, and how those answer to a rate and a number of channels."""

    def __init__(self) -> None:
        """Begin with one device."""
        self.paInt16 = 8
        self.paContinue = 0
        self.paAbort = 2
        self.names = ["USB Audio: - (hw:1,0)"]
        self.refusals: dict[tuple[int, int], Exception] = {}
        self.opened: list[tuple[str, int, int]] = []

    def PyAudio(self) -> Host:  # noqa: N802 - its name in PyAudio
        """Look for devices."""
        return Host(self, list(self.names))


class Host:
    """PortAudio, initialised."""

    def __init__(self, cards: SoundCards, names: list[str]) -> None:
        """Know the devices that there are now."""
        self._cards = cards
        self._names = names

    def terminate(self) -> None:
        """Forget the devices."""

    def get_default_input_device_info(self) -> dict[str, Any]:
        """There is none."""
        raise OSError("No Default Input Device Available")

    def get_device_count(self) -> int:
        """Return how many devices there are, an output among them."""
        return len(self._names) + 1

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        """Return what a device is."""
        if index == len(self._names):
            return {"name": "Speaker", "maxInputChannels": 0, "defaultSampleRate": 48000.0}
        return {"name": self._names[index], "maxInputChannels": 2, "defaultSampleRate": 48000.0}

    def open(self, rate: int, channels: int, _format: int, **arguments: Any) -> Host:
        """Open a device, if it is still there and takes the format."""
        name = self._names[arguments["input_device_index"]]
        if name not in self._cards.names:
            raise HOST_ERROR
        if refusal := self._cards.refusals.get((rate, channels)):
            raise refusal
        self._cards.opened.append((name, rate, channels))
        return self

    def close(self) -> None:
        """Close a stream."""


@pytest.fixture
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoundCards:
    """Put sound cards into this machine."""
    for name, value in alsa(tmp_path).items():
        monkeypatch.setenv(name, value)
    cards = SoundCards()
    monkeypatch.setitem(sys.modules, "pyaudio", cards)
    return cards


def taken(_sound: bytes, _overflow: bool) -> bool:  # noqa: FBT001 - as PortAudio's thread calls it
    return True


def test_a_name_has_no_number_of_a_card_and_is_that_of_one_device(cards: SoundCards) -> None:
    cards.names = ["USB Audio: - (hw:1,0)", "USB Audio: - (hw:2,0)", "HDA Intel: ALC256 (hw:0,0)"]
    names = [device.name for device in PortAudio().devices()]
    assert names == ["USB Audio: -", "USB Audio: - (2)", "HDA Intel: ALC256"]


def test_a_device_that_was_plugged_in_elsewhere(cards: SoundCards) -> None:
    portaudio = PortAudio()
    portaudio.open("USB Audio: -", taken).close()
    cards.names = ["HDA Intel: ALC256 (hw:1,0)", "USB Audio: - (hw:2,0)"]
    portaudio.open("USB Audio: -", taken).close()
    assert [name for name, _, _ in cards.opened] == ["USB Audio: - (hw:1,0)", "USB Audio: - (hw:2,0)"]


def test_another_device_that_has_got_its_number(
    cards: SoundCards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linux = tmp_path / "cards"
    monkeypatch.setattr(portaudio_module, "SOUND_CARDS", linux)
    linux.write_text("1 [Audio]: USB-Audio")
    portaudio = PortAudio()
    portaudio.open("USB Audio: -", taken).close()
    cards.names = ["Webcam: - (hw:1,0)"]
    linux.write_text("1 [Webcam]: USB-Audio")
    with pytest.raises(MicrophoneMissingError):
        portaudio.open("USB Audio: -", taken)
    assert [name for name, _, _ in cards.opened] == ["USB Audio: - (hw:1,0)"]


def test_new_devices_are_not_looked_for_while_a_stream_is_open(cards: SoundCards) -> None:
    portaudio = PortAudio()
    stream = portaudio.open("USB Audio: -", taken)
    cards.names.append("HDA Intel: ALC256 (hw:0,0)")
    with pytest.raises(MicrophoneMissingError, match="as far as can be seen while another one is open"):
        portaudio.open("HDA Intel: ALC256", taken)
    assert len(portaudio.devices()) == 1
    stream.close()
    portaudio.open("HDA Intel: ALC256", taken).close()


@pytest.mark.parametrize(
    ("refusals", "found"),
    [
        ({}, (16000, 1)),
        ({(16000, 1): INVALID_RATE}, (48000, 1)),
        ({(16000, 1): INVALID_RATE, (48000, 1): INVALID_CHANNELS}, (48000, 2)),
    ],
)
def test_a_device_is_opened_in_a_format_that_it_takes(
    cards: SoundCards, refusals: dict[tuple[int, int], Exception], found: tuple[int, int]
) -> None:
    cards.refusals = refusals
    stream = PortAudio().open("USB Audio: -", taken)
    assert (stream.rate, stream.channels) == found


def test_a_device_that_another_program_has(cards: SoundCards) -> None:
    cards.refusals[16000, 1] = UNAVAILABLE
    with pytest.raises(MicrophoneBusyError, match="USB Audio: - is used by another program"):
        PortAudio().open("USB Audio: -", taken)


@pytest.mark.parametrize(
    "refused", [{(16000, 1): HOST_ERROR}, dict.fromkeys([(16000, 1), (48000, 1), (48000, 2)], INVALID_RATE)]
)
def test_a_device_that_does_not_open(cards: SoundCards, refused: dict[tuple[int, int], Exception]) -> None:
    cards.refusals = refused
    with pytest.raises(MicrophoneFailedError, match="USB Audio: - cannot be opened: "):
        PortAudio().open("USB Audio: -", taken)
    assert cards.opened == []
