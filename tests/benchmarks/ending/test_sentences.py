"""What people say is read as they wrote it for Home Assistant, and heard word by word."""

from __future__ import annotations

from pathlib import Path
import subprocess
from unittest.mock import patch

import pytest

from . import clone
from .sentences import LANGUAGES, SAMPLES, Corpus, Name, as_heard, beginnings

TESTS = """
language: en
areas: [{name: Kitchen, floor: First Floor}, {name: kitchen}]
floors: [{name: First Floor}]
entities:
  - {name: "Joe[']s Lamp", domain: light}
  - {name: Door, id: cover.door, attributes: {device_class: door}}
  - {name: Hidden, domain: light, is_exposed: false}
tests:
  - sentences: ["Open the Door!", "Lamp  on"]
  - sentences: ["open the door", "close the door"]
"""


def test_a_language_is_read_from_its_tests(tmp_path: Path) -> None:
    (tmp_path / "HassTurnOn").mkdir()
    (tmp_path / "HassTurnOn" / "name_only.yaml").write_text(TESTS)
    (tmp_path / "_fixtures.yaml").write_text("areas: [{name: Elsewhere}]")
    corpus = Corpus.read("en", tmp_path)
    assert corpus.sentences == ("open the door", "lamp on", "close the door")
    assert (corpus.areas, corpus.floors) == (("Kitchen",), ("First Floor",))
    assert corpus.names == (
        Name("Door", {"domain": "cover", "device_class": "door"}),
        Name("Joe's Lamp", {"domain": "light"}),
        Name("Joes Lamp", {"domain": "light"}),
    )
    assert corpus.some(2).sentences == ("open the door", "lamp on")
    assert corpus.some(9) == corpus


@pytest.mark.parametrize("language", LANGUAGES)
def test_some_of_each_language_are_kept(language: str) -> None:
    corpus = Corpus.sample(language)
    assert len(corpus.sentences) == 50
    assert all(sentence == as_heard(sentence) for sentence in corpus.sentences)
    assert len(corpus.names) > 5
    assert corpus.areas
    assert "OHF-Voice/intents" in (SAMPLES / "README.md").read_text(encoding="utf-8")


def test_a_sentence_begins_with_its_words_and_a_chinese_one_with_its_characters() -> None:
    assert list(beginnings("turn on the light")) == ["turn", "turn on", "turn on the"]
    assert list(beginnings("把灯 调到50%")) == ["把", "把灯", "把灯 调", "把灯 调到"]
    assert not list(beginnings("stop"))


def test_a_repository_is_fetched_once(tmp_path: Path) -> None:
    source = tmp_path / "source"
    subprocess.run(["git", "init", "-q", source], check=True)
    commit = ["-c", "user.name=a", "-c", "user.email=b", "commit", "-q", "--allow-empty", "-m", "c"]
    subprocess.run(["git", "-C", source, *commit], check=True)
    run = subprocess.run(["git", "-C", source, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    with patch.object(clone, "CACHE", tmp_path / "cache"):
        place = clone.cloned(str(source), run.stdout.strip())
        assert (place / ".git").is_dir()
        source.rename(tmp_path / "gone")
        assert clone.cloned(str(source), run.stdout.strip()) == place
