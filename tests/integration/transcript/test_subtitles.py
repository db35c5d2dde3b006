"""Files of subtitles: by the rules of their formats, read by ffmpeg, whatever is in a text or a name."""

from pathlib import Path
import re
import subprocess

import pytest

from custom_components.azure_speech_live.speech import Word
from custom_components.azure_speech_live.transcript.cues import Line, cues
from custom_components.azure_speech_live.transcript.subtitles import Format, write

TALK = Path(__file__).parents[2] / "data" / "sentences" / "talk.txt"
LINES = (
    Line("Is it on?", 0.5, 1.25, "Guest-1"),
    Line("I think so.", 4.0, 1.5, "Guest-2"),
    Line("So do I & you.", 6.0, 1.0, "Guest-2"),
)
HOSTILE = (
    Line("a --> b\r\n\r\n7\r\n00:00:00,000 --> 00:00:09,000\r\nforged", 0, 3, "<v x>\n\n-->"),
    Line("<script>&amp;{\\an8}</script>\u202eabc\u2028\0\x1b[31m\ud800", 5, 3, "& > <"),
    Line("\n\nNOTE x\n\nSTYLE\n\nWEBVTT\n", 9, 3, "\u202e\n"),
)


def parsed(text: str, form: Format, tmp_path: Path) -> list[tuple[str, str, str]]:
    """Return the cues that ffmpeg reads of a file: start, end, text."""
    source = tmp_path / f"subtitles.{form}"
    source.write_bytes(text.encode())
    command = ["ffmpeg", "-loglevel", "error", "-i", str(source), "-f", "webvtt", "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert result.stderr == ""
    return re.findall(r"^([\d:.]+) --> ([\d:.]+)\n(.*?)\n(?=\n|\Z)", result.stdout, re.MULTILINE | re.DOTALL)


def test_srt() -> None:
    assert write(LINES, Format.SRT) == (
        "1\r\n00:00:00,500 --> 00:00:01,750\r\nGuest-1: Is it on?\r\n\r\n"
        "2\r\n00:00:04,000 --> 00:00:05,500\r\nGuest-2: I think so.\r\n\r\n"
        "3\r\n00:00:06,000 --> 00:00:07,000\r\nSo do I & you.\r\n\r\n"
    )


def test_vtt() -> None:
    assert write(LINES, Format.VTT) == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:00:01.750\n<v Guest-1>Is it on?\n\n"
        "00:00:04.000 --> 00:00:05.500\n<v Guest-2>I think so.\n\n"
        "00:00:06.000 --> 00:00:07.000\n<v Guest-2>So do I &amp; you.\n\n"
    )


def test_a_text_has_the_turns_of_the_speakers() -> None:
    assert write(LINES, Format.TEXT) == (
        "[00:00:00] Guest-1: Is it on?\n\n[00:00:04] Guest-2: I think so. So do I & you.\n"
    )


def test_a_text_has_another_paragraph_behind_a_pause_and_in_a_long_turn() -> None:
    pause = (Line("One.", 0, 1), Line("Two.", 2, 1), Line("三。", 3, 1), Line("四。", 4, 1), Line("Five.", 9, 1))
    assert write(pause, Format.TEXT) == "[00:00:00] One. Two.三。四。\n\n[00:00:09] Five.\n"
    long = [Line(f"{at}.", at * 20.0, 20) for at in range(7)]
    assert write(long, Format.TEXT) == "[00:00:00] 0. 1. 2. 3.\n\n[00:01:20] 4. 5. 6.\n"


@pytest.mark.parametrize(("form", "text"), [(Format.SRT, ""), (Format.VTT, "WEBVTT\n\n"), (Format.TEXT, "")])
def test_of_nothing_there_is_an_empty_file(form: Format, text: str) -> None:
    assert write((), form) == write((Line("\u202e\n", 0, 1, "A"),), form) == text


def test_times_are_rounded_before_they_are_split() -> None:
    told = write((Line("x", 59.9996, 1.0001), Line("y", 360000.0, 2)), Format.VTT)
    assert re.findall("[0-9:.]+ --> [0-9:.]+", told) == [
        "00:01:00.000 --> 00:01:01.000",
        "100:00:00.000 --> 100:00:02.000",
    ]
    assert write((Line("y", 360000.0, 2),), Format.TEXT) == "[100:00:00] y\n"


@pytest.mark.parametrize("form", [Format.SRT, Format.VTT])
def test_ffmpeg_reads_what_was_said(form: Format, tmp_path: Path) -> None:
    name = {Format.SRT: "Guest-1: ", Format.VTT: ""}[form]
    other = {Format.SRT: "Guest-2: ", Format.VTT: ""}[form]
    assert [(start, text.replace("&amp;", "&")) for start, _, text in parsed(write(LINES, form), form, tmp_path)] == [
        ("00:00.500", f"{name}Is it on?"),
        ("00:04.000", f"{other}I think so."),
        ("00:06.000", "So do I & you."),
    ]


@pytest.mark.parametrize("form", [Format.SRT, Format.VTT])
def test_four_hours_are_read_to_their_end(form: Format, tmp_path: Path) -> None:
    """Of a talk, with the times of its words and three speakers."""
    spoken = TALK.read_text("utf-8").split()
    lines = []
    for at, begin in enumerate(range(0, 4 * 3600, 10)):
        said = [spoken[(28 * at + word) % len(spoken)] for word in range(28)]
        words = tuple(Word(word, begin + number * 0.35, 0.3) for number, word in enumerate(said))
        lines.append(Line(" ".join(said), begin, 9.8, f"Guest-{at // 5 % 3}", words))
    found = parsed(write(lines, form), form, tmp_path)
    assert len(found) == len(list(cues(lines, named=form is Format.SRT)))
    told = " ".join(text for _, _, text in found).split()
    assert [word for word in told if not word.startswith("Guest-")] == " ".join(line.text for line in lines).split()
    assert found[-1][0].startswith("03:59:5")


@pytest.mark.parametrize("form", [Format.SRT, Format.VTT])
def test_nothing_in_a_text_or_a_name_is_taken_for_a_cue(form: Format, tmp_path: Path) -> None:
    text = write(HOSTILE, form)
    assert text.count(" --> ") == len(re.findall(r"^[\d:.,]+ --> [\d:.,]+\r?$", text, re.MULTILINE))
    assert not re.search("[\u202e\u2028\0\x1b\ud800]", text)
    found = parsed(text, form, tmp_path)
    assert len(found) == text.count(" --> ")
    assert found[0][0] == "00:00.000"
    assert "forged" in found[0][2] + found[1][2]


def test_what_a_speaker_says_as_a_tag_is_no_style_in_srt() -> None:
    assert write((Line("<i>{b}", 0, 1),), Format.SRT).split("\r\n")[2] == "‹i›(b)"  # noqa: RUF001 - others, by intention


def test_a_name_is_no_markup() -> None:
    assert "<v &lt;b&gt; &amp; co&gt;>Yes.\n" in write([Line("Yes.", 0, 1, "<b> & co>")], Format.VTT)


def test_what_says_nothing_is_nobodys_turn() -> None:
    lines = [Line("Yes.", 0, 1, "Ada"), Line(" ", 1, 1, "Bo"), Line("No.", 2, 1, "Ada")]
    assert write(lines, Format.TEXT) == "[00:00:00] Ada: Yes. No.\n"
