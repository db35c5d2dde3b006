"""Coverage-guided fuzzing of one target: python -m tests.speech.fuzz TARGET SECONDS FOLDER (scripts/fuzz calls it).

It keeps what it learns in FOLDER/corpus and what it finds in FOLDER/findings, and ends with a status other than 0 for
a finding. Needs atheris, which scripts/fuzz installs.
"""

from pathlib import Path
import sys

import atheris  # type: ignore[import-untyped]  # installed by scripts/fuzz only

with atheris.instrument_imports(
    include=["custom_components.azure_speech_live.speech", "custom_components.azure_speech_live.voice"]
):
    from .fuzz_targets import SEEDS, TARGETS


def main(target: str, seconds: str, folder: str) -> None:
    """Fuzz until the time is over or something is found. Does not return: libFuzzer ends the process."""
    corpus, findings = Path(folder, "corpus"), Path(folder, "findings")
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    for number, seed in enumerate(SEEDS[target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={findings}/",
        "-max_len=4096",
        "-timeout=20",  # seconds for one input
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([target, *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
