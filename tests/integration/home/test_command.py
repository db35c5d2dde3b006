"""When a command is over, as scenes with moments: nothing is heard, and no clock runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

import pytest

from custom_components.azure_speech_live.home.command import LONGEST, Command, Verdict
from custom_components.azure_speech_live.home.joining import Said, unmarked
from custom_components.azure_speech_live.speech import Hypothesis, Phrase, RecognitionStatus

from .grammars import no_home  # noqa: F401 - a fixture

FINAL, OPEN, BEGUN, OTHER = Verdict
CUT = 0.3
STEP = 0.01
VERDICTS: Final = {
    "light on": FINAL,
    "turn on the": BEGUN,
    "turn on the kitchen light": FINAL,
    "volume": BEGUN,
    "volume up": OPEN,
    "tell me a story": OTHER,
}

type Act = Callable[[Command], None]


def word(start: float, end: float, text: str = "word") -> Act:
    """Hear a hypothesis."""
    return lambda command: command.hypothesis(Hypothesis(text, start, end - start))


def phrase(text: str, start: float = 0.0, end: float = 1.0, *, foreign: bool = False, spoken: str = "") -> Act:
    """Hear a phrase."""
    heard = Phrase(status=RecognitionStatus.SUCCESS, text=text, offset=start, duration=end - start)
    return lambda command: command.phrase(heard, Said(text, spoken=spoken, foreign=foreign))


def nothing(status: RecognitionStatus = RecognitionStatus.NO_MATCH) -> Act:
    """Hear that nothing was understood."""
    return lambda command: command.phrase(Phrase(status=status), Said(""))


def failed(command: Command) -> None:
    """Have the service fail."""
    command.attempt_failed()


def back(command: Command) -> None:
    """Have it hear again."""
    command.speech_started()


@dataclass(frozen=True)
class Scene:
    """What happens at which moment, and when the command is over."""

    acts: Sequence[tuple[float, Act]]
    over: float
    """The moment; infinity: not before its audio ends."""
    sounds: Sequence[float] = ()
    """Where sounds begin behind quiet, in seconds of the audio."""
    audio: Callable[[float], float] = float
    """How much audio has come by a moment."""
    thinks: float = 0.0
    """Seconds for which a verdict is awaited."""
    usual: float = 0.5


def play(scene: Scene, verdicts: Mapping[str, Verdict] = VERDICTS) -> tuple[Command, float]:
    """Play five seconds of a scene; return the command, and when it was over."""
    command = Command("en-US", 0.0, cut=CUT, usual=scene.usual)
    acts, asked, came = list(scene.acts), dict[str, float](), 0.0
    for step in range(500):
        now = step * STEP
        if scene.audio(now) > came:
            came = scene.audio(now)
            sound_since = max((start for start in scene.sounds if start < came - 0.06), default=0.0)
            command.audio_came(came, sound_since, now)
        while acts and acts[0][0] <= now:
            acts.pop(0)[1](command)
        if command.question is not None:
            asked.setdefault(command.question, now)
        for question, since in asked.items():
            if now >= since + scene.thinks:
                command.judged(question, verdicts.get(unmarked(question).lower(), OTHER))
        if command.is_over:
            return command, now
    return command, inf


SCENES: Final = {
    # --- what a verdict says
    "a complete command": Scene([(1.3, phrase("Light on."))], over=1.3),
    "free speech": Scene([(1.3, phrase("Tell me a story."))], over=1.5),
    "free speech, where the household is patient": Scene([(1.3, phrase("Tell me a story."))], over=2.2, usual=1.2),
    "free speech, where the household is quick": Scene([(1.3, phrase("Tell me a story."))], over=1.3, usual=0.2),
    "what can go on": Scene([(1.3, phrase("Volume."))], over=1.9),
    "what can go on, where the household is patient": Scene([(1.3, phrase("Volume."))], over=2.2, usual=1.2),
    "a command that can go on": Scene([(1.3, phrase("Volume up."))], over=1.5),
    "a command that can go on, and a sound": Scene([(1.3, phrase("Volume up."))], sounds=[0, 1.4], over=2.2),
    "another language": Scene([(1.3, phrase("Light on.", foreign=True))], over=1.5),
    "more than a command": Scene([(1.3, phrase("light on " * LONGEST))], over=1.5),
    # --- a pause amid it
    "a pause": Scene(
        [(1.3, phrase("Turn on the.")), (2.0, word(1.6, 2.0)), (2.8, phrase("Kitchen light.", 1.6, 2.5))],
        2.8,
        [0, 1.6],
    ),
    "a word in time": Scene(
        [(1.3, phrase("Tell me a story.")), (1.45, word(1.2, 1.4)), (2.5, phrase("About a dragon.", 1.2, 2.2))], 2.7
    ),
    "a word of which no phrase comes": Scene([(1.3, phrase("Volume.")), (1.6, word(1.5, 1.6))], inf),
    "a word that was none": Scene([(1.3, phrase("Volume.")), (1.6, word(1.5, 1.6)), (2.5, nothing())], over=2.5),
    "a noise behind a complete command": Scene([(1.3, nothing()), (2.0, phrase("Light on.", 1.4, 1.7))], over=2.0),
    # --- sounds of which no word came yet
    "a sound": Scene([(1.3, phrase("Tell me a story."))], sounds=[0, 1.4], over=2.2),
    "a sound at the last moment": Scene([(1.3, phrase("Volume.")), (2.6, word(1.8, 2.5))], sounds=[0, 1.8], over=inf),
    "sounds without end": Scene([(1.3, phrase("Volume."))], sounds=[0.1 * step for step in range(50)], over=2.7),
    "a sound behind a complete command": Scene([(1.3, phrase("Light on."))], sounds=[0, 1.2], over=1.3),
    "a television": Scene([(1.3, phrase("Volume."))], sounds=[0], over=1.9),
    # --- nothing, or nothing yet
    "silence": Scene([], over=inf),
    "a false start": Scene([(0.6, nothing()), (2.3, phrase("Light on.", 1.0, 2.0))], over=2.3),
    "nobody speaks": Scene([(3.0, nothing(RecognitionStatus.INITIAL_SILENCE_TIMEOUT))], over=3.0),
    "nobody speaks any more": Scene(
        [(1, phrase("Uh.")), (3.0, nothing(RecognitionStatus.INITIAL_SILENCE_TIMEOUT))], inf
    ),
    "a filler": Scene([(0.6, phrase("Uh.", 0, 0.3))], over=inf),
    "a filler, and a command": Scene([(0.6, phrase("Uh.", 0, 0.3)), (2.3, phrase("Light on.", 1.0, 2.0))], over=2.3),
    "a filler before what can go on": Scene([(1.3, phrase("Uh, volume."))], over=1.9),
    # --- late
    "late phrases": Scene([(1.6, phrase("Tell me a story."))], over=1.8),
    "late phrases of what can go on": Scene([(1.6, phrase("Volume."))], over=2.2),
    "a late verdict": Scene([(1.3, phrase("Light on."))], over=1.7, thinks=0.4),
    "a late verdict of what can go on": Scene([(1.3, phrase("Volume."))], over=1.9, thinks=0.4),
    "a word while it is judged": Scene(
        [(1.3, phrase("Light on.")), (1.5, word(1.4, 1.5)), (2.5, phrase("Tell me a story.", 1.4, 2.2))],
        2.9,
        thinks=0.4,
    ),
    "no verdict": Scene([(1.3, phrase("Light on."))], over=inf, thinks=inf),
    # --- times that are none
    "no times": Scene([(1.3, phrase("Tell me a story.", 0, 0))], over=1.5),
    "no times, and a sound": Scene([(1.3, phrase("Tell me a story.", 0, 0))], sounds=[0, 0.9], over=1.5),
    "a word of the future": Scene([(1.2, word(0.9, 99)), (1.3, phrase("Tell me a story."))], over=1.7),
    "times of the future": Scene([(1.3, phrase("Tell me a story.", 0, 99))], over=1.8),
    # --- audio that does not come as it is spoken
    "a stream that stalls": Scene([(1.3, phrase("Volume."))], audio=lambda now: min(now, 1.5), over=inf),
    "a stream that stalls behind a complete command": Scene(
        [(1.3, phrase("Light on."))], audio=lambda now: min(now, 1.2), over=1.3
    ),
    "a gap in the network": Scene(
        [(1.3, phrase("Volume."))], audio=lambda now: now if now < 1.4 or now > 2.4 else 1.4, over=2.41
    ),
    "a burst": Scene([(0.5, phrase("Tell me a story."))], audio=lambda now: now + 1 if now > 0.4 else now, over=0.95),
    # --- a service in trouble
    "a service that is lost": Scene([(1.3, phrase("Volume.")), (1.4, failed)], over=inf),
    "a service that is back": Scene([(1.3, phrase("Volume.")), (1.4, failed), (3, back)], over=3),
    "a service that is lost behind a complete command": Scene([(1.2, failed), (1.3, phrase("Light on."))], over=1.3),
}


@pytest.mark.parametrize("scene", [*SCENES.values()], ids=[*SCENES])
def test_a_command_is_over(scene: Scene) -> None:
    assert play(scene)[1] == pytest.approx(scene.over, abs=1.5 * STEP)


@pytest.mark.parametrize(
    ("scene", "sooner", "waited"),
    [
        ("a complete command", True, False),
        ("free speech", False, False),
        ("what can go on", False, True),
        ("a pause", True, True),
        ("a filler before what can go on", False, True),
        ("a late verdict", False, False),
        ("silence", False, False),
        ("a noise behind a complete command", True, False),
        ("another language", False, False),
    ],
)
def test_what_was_won_is_known(scene: str, sooner: bool, waited: bool) -> None:  # noqa: FBT001
    command, _ = play(SCENES[scene])
    assert (command.is_sooner, command.waited) == (sooner, waited)


def test_what_is_judged_is_the_whole_text_as_it_would_be_executed() -> None:
    command = Command("en-US", 0.0, cut=CUT, usual=0.5)
    phrase("Turn on the.")(command)
    assert command.question == "Turn on the."
    command.judged("Turn on the.", BEGUN)
    phrase("Kitchen light!", 1.5, 2, spoken="kitchen light")(command)
    assert command.question == "Turn on the kitchen light!"
    command.judged("Turn on the.", FINAL)
    assert not command.is_over


def test_a_verdict_is_not_asked_for_twice() -> None:
    command = Command("en-US", 0.0, cut=CUT, usual=0.5)
    phrase("Light on.")(command)
    nothing()(command)
    assert command.question == "Light on."
    command.judged("Light on.", FINAL)
    nothing()(command)
    assert command.is_over
