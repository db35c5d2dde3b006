"""The demo as a newcomer runs it: by its command line, from the outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import re
import shutil
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit
import wave

import pytest

from .microphone import BYTES_PER_SECOND, end_of_speech, record, recorded, spoken
from .process import ROOT, Process
from .stand_in import stand_in

pytestmark = pytest.mark.timeout(180)

KEY = "0123456789abcdef0123456789abcdef"


@asynccontextmanager
async def demo(temporary: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> AsyncIterator[Process]:
    """Run the demo until it ends. What is left of it then is what it said: no file, nobody at an address it printed."""
    temporary.mkdir(exist_ok=True)
    command = (sys.executable, "-m", "tests.end_to_end.demo", *arguments)
    async with Process.run(*command, env={"TMPDIR": str(temporary), **(env or {})}) as process:
        yield process
        await process.status(within=120)
    told = re.findall(r"the answer, [\d.]+ s: (.+)", "\n".join(process.lines))
    assert {str(file) for file in temporary.iterdir()} <= {*told}
    for url in {*re.findall(r"(?:ws|http)://[\d.]+:\d+", "\n".join(process.lines))} - {*(env or {}).values()}:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", urlsplit(url).port)) != 0, url


async def test_a_light_goes_on(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--once") as process:
        assert await process.status(within=120) == 0
    told = [re.sub(r"^ *[\d.]+ s  ", "", line) for line in process.lines]
    story = [
        r"house +Kitchen light: off",
        r"hears +turn",
        r"heard +Turn on the kitchen light\.",
        r"answer +Turned on the light",
        r"voice +the answer, [1-9]\.\d s: ",
        r"It worked\.",
    ]
    numbers = [next(number for number, line in enumerate(told) if re.match(part, line)) for part in story]
    assert numbers == sorted(numbers), "\n".join(told)
    assert any(re.match(r"house +Kitchen light: on", line) for line in told)
    assert any(re.match(r"voice +begins to answer, \d+\.\d\d s after the command", line) for line in told)
    assert told[-3].endswith(".wav")
    assert hears_the_answer(Path(told[-3].partition("s: ")[2]))


async def test_two_people_are_captioned_and_interpreted(tmp_path: Path) -> None:
    picture = tmp_path / "card.png"
    async with demo(tmp_path / "temporary", "--captions", "--once", "--save", picture) as process:
        assert await process.status(within=120) == 0
    told = [re.sub(r"^ *[\d.]+ s  ", "", line) for line in process.lines]
    story = [
        r'Anna +says "Good morning',
        r"card +good",
        r"card +Good morning, please come in\. / Guten Morgen",
        r" *the text is on the card \d\.\d s after",
        r'Jonas +says "Guten Tag',
        r"card +Guten Tag, ich komme wegen der Heizung\.",
        r"The same two, with an interpreter",
        r'Jonas +says "Seit wann',
        r" *the translation is on the card \d\.\d s after",
        r'voice +says "Since when',
        r'voice +says "Es begann',
        r"picture +",
        r"It worked\.",
    ]
    numbers = [next(number for number, line in enumerate(told) if re.match(part, line)) for part in story]
    assert numbers == sorted(numbers), "\n".join(told)
    assert picture.read_bytes().startswith(b"\x89PNG")


def hears_the_answer(recording: Path) -> bool:
    """Return whether espeak-ng speaks there for about as long as the answer takes it."""
    with wave.open(str(recording)) as sound:
        return 0.8 < sound.getnframes() / sound.getframerate() < 2 and end_of_speech(recorded(recording)) > 0.8


async def test_a_recording_in_another_format_is_played_until_ctrl_c(tmp_path: Path) -> None:
    recording = tmp_path / "recording.flac"
    sound = ("-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-")
    subprocess.run(
        ["ffmpeg", "-v", "error", *sound, "-ar", "44100", "-ac", "2", recording],
        input=spoken("Turn off all the lights"),
        check=True,
    )
    async with demo(tmp_path / "temporary", "--wav", recording) as process:
        await process.line(r"Ctrl-C ends it", within=120)
        assert any("Turned off all of the lights" in line for line in process.lines)
        process.interrupt()
        assert await process.status() == 0


async def test_silence_does_not_work(tmp_path: Path) -> None:
    record(bytes(2 * BYTES_PER_SECOND), silence := tmp_path / "silence.wav")
    async with demo(tmp_path / "temporary", "--once", "--wav", silence) as process:
        assert await process.status(within=120) == 1
    assert process.lines[-1] == "It did not work."


async def test_a_thing_that_the_house_does_not_have_does_not_work(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--once", "--say", "Lock the front door") as process:
        assert await process.status(within=120) == 1
    assert any(re.search(r"heard +Lock the front door\.", line) for line in process.lines)
    assert process.lines[-1] == "It did not work."


async def test_a_light_that_is_off_already_does_not_work(tmp_path: Path) -> None:
    """Home Assistant says that it has turned it off; but nothing shows that it has."""
    async with demo(tmp_path / "temporary", "--once", "--say", "Turn off the living room light") as process:
        assert await process.status(within=120) == 1
    assert any("Turned off the light" in line for line in process.lines)
    assert any(re.search(r"house +nothing has changed", line) for line in process.lines)
    assert process.lines[-1] == "It did not work."


async def test_a_question_is_answered(tmp_path: Path) -> None:
    save = tmp_path / "time.wav"
    async with demo(tmp_path / "temporary", "--once", "--say", "What time is it", "--save", save) as process:
        assert await process.status(within=120) == 0
    assert process.lines[-1] == "It worked."
    assert process.lines[-3].endswith(f" s: {save}")
    assert end_of_speech(recorded(save))
    assert not list((tmp_path / "temporary").iterdir())


async def test_an_announcement_is_translated(tmp_path: Path) -> None:
    save = tmp_path / "spanish.wav"
    env = {"PYTHONPATH": str(ROOT)}  # as scripts/demo has it
    async with demo(tmp_path / "temporary", "--translate", "--once", "--save", save, env=env) as process:
        assert await process.status(within=120) == 0
    told = [re.sub(r"^ *[\d.]+ s  ", "", line) for line in process.lines]
    story = [
        r"heard +Dinner is ready in the kitchen\.",
        r"Spanish +La cena está a punto en la cocina\.",
        r"Catalan +El sopar és a punt en la cuina\.",
        r"voice +http://127\.0\.0\.1:\d+/api/tts_proxy/.+\.mp3",
        r"speaker +has played it: [1-9]",
        r"saved ",
        r"It worked\.",
    ]
    numbers = [next(number for number, line in enumerate(told) if re.match(part, line)) for part in story]
    assert numbers == sorted(numbers), "\n".join(told)
    assert any(recorded(save))


async def test_azure_goes_away_in_mid_sentence(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--outage", "--once") as process:
        assert await process.status(within=120) == 0
    told = [re.sub(r"^ *[\d.]+ s  ", "", line) for line in process.lines]
    story = [
        r"second engine +stt\.pocketsphinx stands in for stt\.",
        r"second engine +tts\.espeak_ng stands in for tts\.",
        r"house +Kitchen light: off",
        r"hears +turn \w+",
        r"Azure +is gone",
        r"heard +Turn on the kitchen light\.",
        r"answer +Turned on the light",
        r"voice +the answer, [1-9]\.\d s: ",
        r"answered +stt\.pocketsphinx",
        r"answered +tts\.espeak_ng",
        r"It worked\.",
    ]
    numbers = [next(number for number, line in enumerate(told) if re.match(part, line)) for part in story]
    assert numbers == sorted(numbers), "\n".join(told)
    assert any(re.match(r"house +Kitchen light: on", line) for line in told)


async def test_a_person_pauses_in_a_command(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--pause", "--once") as process:
        assert await process.status(within=120) == 0
    *_, heard, _, light, _, done = process.lines
    assert re.fullmatch(r'heard +"Turn on the\." +"Turn on the kitchen light\."', heard)
    assert re.fullmatch(r"Kitchen light +off +on", light)
    assert done == "It worked."


async def test_ctrl_c_while_it_starts(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary") as process:
        await process.line(r"Home Assistant +starts")
        process.interrupt()
        assert await process.status() == 128 + signal.SIGINT


async def test_azure_is_used_if_asked_for(tmp_path: Path) -> None:
    """What is Azure here is a stand-in of ours; the demo cannot know, and starts none."""
    async with stand_in(key=KEY) as (url, _):
        env = {"AZURE_SPEECH_KEY": KEY, "AZURE_SPEECH_REGION": url}
        async with demo(tmp_path / "temporary", "--once", env=env) as process:
            assert await process.status(within=120) == 0
    assert any(f"Azure's own, in the region {url}: the recording leaves this machine" in line for line in process.lines)
    assert not any("a stand-in" in line for line in process.lines)


async def test_a_key_that_azure_refuses_is_told_in_words(tmp_path: Path) -> None:
    async with stand_in(key=KEY) as (url, _):
        env = {"AZURE_SPEECH_KEY": "0" * 32, "AZURE_SPEECH_REGION": url}
        async with demo(tmp_path / "temporary", "--once", env=env) as process:
            assert await process.status(within=120) == 1
    assert process.lines[-1].startswith("The integration was not added. The Speech service refused the key.")


@pytest.mark.parametrize(
    "env",
    [
        {"AZURE_SPEECH_KEY": KEY},
        {"AZURE_SPEECH_KEY": KEY, "AZURE_SPEECH_REGION": ""},
        {"AZURE_SPEECH_KEY": "", "AZURE_SPEECH_REGION": "westeurope"},
    ],
)
async def test_half_of_azures_settings(tmp_path: Path, env: dict[str, str]) -> None:
    async with demo(tmp_path / "temporary", env=env) as process:
        assert await process.status() == 2
    assert process.lines[-1].endswith("set both AZURE_SPEECH_KEY and AZURE_SPEECH_REGION, or neither")
    assert not any("Starting" in line for line in process.lines)


async def test_azure_itself_stays(tmp_path: Path) -> None:
    env = {"AZURE_SPEECH_KEY": KEY, "AZURE_SPEECH_REGION": "westeurope"}
    async with demo(tmp_path / "temporary", "--outage", env=env) as process:
        assert await process.status() == 2
    assert "cannot take Azure itself away" in process.lines[-1]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--help"], 0, "The exit status is 0 only if it worked"),
        (["--sing"], 2, "unrecognized arguments: --sing"),
        (["--wav", "nowhere.wav"], 2, "there is no file nowhere.wav"),
        (["--pause", "--say", "Stop"], 2, "--pause has a sentence of its own"),
        (["--captions", "--say", "Stop"], 2, "--captions has a conversation of its own"),
        (["--save", "nowhere/answer.wav"], 2, "--save needs the name of a file, in a folder that exists"),
    ],
)
async def test_help_and_mistakes_come_before_the_set_up(
    tmp_path: Path, arguments: list[str], status: int, told: str
) -> None:
    """As on a machine that has a Python, whichever, and nothing of ours: there is no set-up beside this script."""
    (tmp_path / "scripts").mkdir()
    for script in ("common", "demo"):
        shutil.copy(ROOT / "scripts" / script, tmp_path / "scripts")
    (tmp_path / "tests" / "end_to_end").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "end_to_end" / "arguments.py", tmp_path / "tests" / "end_to_end")
    async with Process.run(tmp_path / "scripts" / "demo", *arguments, env={"PYTHONPATH": ""}) as process:
        assert await process.status() == status
    assert told in "\n".join(process.lines)


async def test_a_file_that_is_no_recording(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--wav", Path(__file__)) as process:
        assert await process.status() == 1
    assert not any("Traceback" in line for line in process.lines)
