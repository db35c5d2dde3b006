"""The repository around the integration: workflows, issue forms and pages do what they say."""

from collections.abc import Iterator
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest

from custom_components.azure_speech_live.const import DOMAIN

from .package import MANIFEST, REPOSITORY, ROOT, SERVICES

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yaml"))
FORMS = [path for path in sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"]
PAGES = [*REPOSITORY.glob("*.md"), *sorted((REPOSITORY / "docs").glob("*.md"))]


def steps(workflow: Path) -> list[dict[str, Any]]:
    """Return all steps of a workflow's jobs."""
    return [step for job in load_yaml_dict(workflow)["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_well_formed_and_uses_commits(workflow: Path) -> None:
    content = load_yaml_dict(workflow)
    assert {"name", "on", "permissions", "jobs"} <= {"on" if key is True else key for key in content}
    for job in content["jobs"].values():
        assert "uses" in job or {"runs-on", "timeout-minutes", "steps"} <= job.keys()
    for step in steps(workflow):
        assert ("run" in step) is not ("uses" in step)
        if uses := step.get("uses"):
            assert re.search(r"@[0-9a-f]{40}$", uses)
        if uses and uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    # What a commit stands for is beside it: a reader knows no hashes.
    assert all(re.search(r" # \S+", line) for line in workflow.read_text("utf-8").splitlines() if "@" in line)


def test_the_workflows_check_and_test() -> None:
    used = {step.get("uses", "").partition("@")[0] for workflow in WORKFLOWS for step in steps(workflow)}
    ran = {step.get("run") for workflow in WORKFLOWS for step in steps(workflow)}
    assert {"home-assistant/actions/hassfest", "hacs/action"} <= used
    assert {".ci/run", "scripts/test --repeat"} <= ran
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)


def test_only_a_release_may_write_and_it_waits_for_all_checks() -> None:
    release = load_yaml_dict(REPOSITORY / ".github/workflows/release.yaml")["jobs"]
    awaited = {release[job]["uses"].removeprefix("./.github/workflows/") for job in release["release"]["needs"]}
    assert awaited == {workflow.name for workflow in WORKFLOWS} - {"release.yaml"}
    for workflow in WORKFLOWS:
        content = load_yaml_dict(workflow)
        assert content["permissions"] == {"contents": "read"}
        writers = [name for name, job in content["jobs"].items() if "permissions" in job]
        assert writers == (["release"] if workflow.stem == "release" else [])


@pytest.mark.parametrize("folder", [REPOSITORY / "tests" / "conformance", REPOSITORY / "tests" / "frontend"])
def test_the_javascript_packages_are_exactly_those_that_are_named(folder: Path) -> None:
    package = json.loads((folder / "package.json").read_text("utf-8"))
    lines = [line.split(" ") for line in (folder / "packages.txt").read_text("utf-8").splitlines()]
    assert {name: version for name, version, _ in lines} == package["dependencies"] | package.get("overrides", {})
    assert all(integrity.startswith("sha512-") for _, _, integrity in lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sha512-nBr", "sha512-AAA"), "not in packages.txt: @azure/abort-controller"),
        (("2.1.2", "2.1.3"), "not in packages.txt: @azure/abort-controller 2.1.3"),
        (("abort-controller", "something"), "missing: @azure/abort-controller 2.1.2"),
        (None, ""),
    ],
)
def test_other_javascript_packages_are_refused(tmp_path: Path, change: tuple[str, str] | None, said: str) -> None:
    """Runs the set-up's own check on what npm writes down of what it has installed."""
    folder = REPOSITORY / "tests" / "conformance"
    shutil.copy(folder / "packages.txt", tmp_path)
    lines = [line.split(" ") for line in (folder / "packages.txt").read_text("utf-8").splitlines()]
    installed = {
        f"node_modules/{name}": {"version": version, "integrity": integrity} for name, version, integrity in lines
    }
    text = json.dumps({"packages": installed})
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").write_text(text.replace(*change, 1) if change else text)

    verify = REPOSITORY / "tests" / "node" / "verify.mjs"
    done = subprocess.run(["node", verify], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == bool(change)
    assert said in done.stderr


@pytest.mark.parametrize(
    ("tag", "refusal"),
    [(f"v{MANIFEST['version']}", None), ("v9.9.9", "The tag is v9.9.9"), (MANIFEST["version"], "The tag is")],
)
def test_a_release_is_of_the_manifests_version_and_says_what_is_new(
    tmp_path: Path, tag: str, refusal: str | None
) -> None:
    """Runs the workflow's own step."""
    shutil.copytree(REPOSITORY / "custom_components", tmp_path / "custom_components")
    shutil.copy(REPOSITORY / "CHANGELOG.md", tmp_path)
    (notes,) = [step for step in steps(REPOSITORY / ".github/workflows/release.yaml") if step.get("id") == "notes"]

    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", notes["run"]],
        cwd=tmp_path,
        env=os.environ | {"TAG": tag},
        capture_output=True,
        text=True,
        check=False,
    )

    if refusal:
        assert done.returncode == 1
        assert refusal in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        text = (tmp_path / "notes.md").read_text("utf-8")
        assert text.strip()
        assert not re.search(r"^(## |\[)", text, re.MULTILINE)


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_is_well_formed(form: Path) -> None:
    content = load_yaml_dict(form)
    assert content["name"]
    assert content["description"]
    questions = [element for element in content["body"] if element["type"] != "markdown"]
    assert {element["type"] for element in questions} <= {"dropdown", "input", "textarea"}
    assert all(element["attributes"]["label"] for element in questions)
    identifiers = [element["id"] for element in questions]
    assert len(identifiers) == len(set(identifiers))


def test_the_development_container_sets_up() -> None:
    text = (REPOSITORY / ".devcontainer" / "devcontainer.json").read_text("utf-8")
    container = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    script, *_ = container["postCreateCommand"].split()
    assert os.access(REPOSITORY / script, os.X_OK)


# Of other projects; the others are files of ours.
FOREIGN_MODULES = {"assist_pipeline/default_pipeline.py"}


def named_modules() -> Iterator[Any]:
    """Yield where a file names a Python file, and the folders from which that may be meant."""
    for path in (*ROOT.rglob("*.py"), *ROOT.glob("*.yaml"), *PAGES):
        if path.name != "CHANGELOG.md":  # which tells of what was
            folders = [ROOT, *(folder for folder in path.parents if folder.is_relative_to(REPOSITORY))]
            for name in sorted(set(re.findall(r"(?<![\w./*-])(?:\w+/)*\w+\.py\b", path.read_text("utf-8")))):
                yield pytest.param(name, folders, id=f"{path.relative_to(REPOSITORY)}: {name}")


@pytest.mark.parametrize(("name", "folders"), named_modules())
def test_a_module_that_is_named_is_there(name: str, folders: list[Path]) -> None:
    assert name in FOREIGN_MODULES or any((folder / name).is_file() for folder in folders)


def examples() -> Iterator[Any]:
    """Yield the automations, scripts and single actions that pages show."""
    for page in PAGES:
        for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            content: Any = parse_yaml(block)
            for part in content if isinstance(content, list) else [content]:
                shown = [("automation", example) for example in part.get("automation", [])]
                shown += [("script", example) for example in part.get("script", {}).values()]
                shown += [("script", {"sequence": [part]})] if "action" in part else []
                for domain, example in shown:
                    yield pytest.param(domain, example, id=f"{page.stem}: {example.get('alias')}")


@pytest.mark.parametrize(("domain", "example"), examples())
async def test_an_example_is_valid(hass: HomeAssistant, domain: str, example: dict[str, Any]) -> None:
    config = [example] if domain == "automation" else {"example": example}
    assert await async_setup_component(hass, domain, {domain: config})

    (state,) = hass.states.async_all(domain)
    assert state.state != STATE_UNAVAILABLE
    for action, data in _own_actions(example):
        fields = SERVICES[action]["fields"]
        assert {name for name, field in fields.items() if field.get("required")} <= data.keys() <= fields.keys()


def _own_actions(part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the integration's actions in an example, with their data."""
    if isinstance(part, dict):
        domain, _, action = str(part.get("action")).partition(".")
        if domain == DOMAIN:
            yield action, part["data"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _own_actions(inner)


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_a_pages_links_lead_somewhere(page: Path) -> None:
    """Those to other pages, pictures and folders, and to the headings of pages."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text):
        address = link[0] or link[1]
        if "://" in address or address.startswith("mailto:"):
            continue
        path, _, anchor = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), address
        if anchor:
            assert anchor in _anchors(target), address
