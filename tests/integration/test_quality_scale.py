"""quality_scale.yaml: that it answers every rule, and that each answer is true.

The rules are those of https://developers.home-assistant.io/docs/core/integration-quality-scale/checklist as of August
2026, which are the ones that every integration of Home Assistant 2026.11 answers. A rule that is done is proved by what
PROOFS names: a file, something in a module, a test, a heading of a page. Some are looked at more closely below.
"""

import ast
from importlib import import_module
from pathlib import Path
import re
import tomllib
from typing import Any, Final

from homeassistant import components
from homeassistant.util.yaml import load_yaml_dict
import pytest

import custom_components.azure_speech_live as integration
from custom_components.azure_speech_live.const import DOMAIN

from .package import MANIFEST, REPOSITORY, ROOT, SERVICES, WORDS, load

RULES: Final[dict[str, Any]] = load("quality_scale.yaml")["rules"]

_CODE: Final = f"custom_components/{DOMAIN}"
_TESTS: Final = "tests/integration"

PROOFS: Final[dict[str, tuple[str, ...]]] = {
    # Bronze
    "action-setup": (f"{_CODE}/services.py::async_setup_services", f"{_CODE}/__init__.py::async_setup"),
    "brands": (f"{_CODE}/brand/icon.png", f"{_TESTS}/test_brand.py::test_home_assistant_shows_it"),
    "common-modules": (f"{_CODE}/entity.py::AzureSpeechEntity", f"{_CODE}/resource/resource.py::SpeechResource"),
    "config-flow": (
        f"{_CODE}/config_flow.py::AzureSpeechConfigFlow.async_step_user",
        f"{_TESTS}/test_config_flow.py::test_an_endpoint_becomes_an_entry_with_a_recognizer",
        f"{_TESTS}/forms.py::_look_at",  # every field has its data_description
    ),
    "config-flow-test-coverage": ("scripts/test",),
    "dependency-transparency": (f"{_TESTS}/test_manifest.py::test_it_needs_nothing_that_home_assistant_does_not_ship",),
    "docs-actions": ("docs/actions.md::The actions",),
    "docs-high-level-description": ("README.md::What you can do with it",),
    "docs-installation-instructions": ("README.md::Set it up",),
    "docs-removal-instructions": ("README.md::Remove it",),
    "entity-event-setup": (
        f"{_CODE}/entity.py::AzureSpeechEntity.async_added_to_hass",
        f"{_CODE}/sensor.py::UsageSensor.async_added_to_hass",
    ),
    "entity-unique-id": (f"{_TESTS}/test_init.py::test_a_recognizer_is_an_entity_and_a_service_device",),
    "has-entity-name": (f"{_TESTS}/test_init.py::test_a_recognizer_is_an_entity_and_a_service_device",),
    "runtime-data": (f"{_CODE}/resource/resource.py::AzureSpeechConfigEntry",),
    "test-before-configure": (
        f"{_CODE}/config_flow.py::AzureSpeechConfigFlow._async_try",
        f"{_TESTS}/test_config_flow.py::test_each_failure_is_told_apart_and_the_form_recovers",
    ),
    "unique-config-entry": (f"{_TESTS}/test_config_flow.py::test_the_same_resource_twice_is_refused",),
    # Silver
    "action-exceptions": (
        f"{_TESTS}/test_services.py::test_a_mistake_is_named",
        f"{_TESTS}/actions/test_recognition.py::test_a_failure_of_the_service_is_named",
    ),
    "config-entry-unloading": (
        f"{_CODE}/__init__.py::async_unload_entry",
        f"{_TESTS}/test_init.py::test_unload_leaves_no_socket",
    ),
    "docs-configuration-parameters": ("docs/options.md",),
    "docs-installation-parameters": ("README.md::3. Add your resource",),
    "entity-unavailable": (
        f"{_TESTS}/resource/test_health.py::test_a_service_that_cannot_be_reached_is_unavailable_until_a_command_works",
        f"{_TESTS}/test_away_at_start.py::test_the_engines_are_there_and_work_when_the_service_does",
    ),
    "integration-owner": (f"{_TESTS}/test_manifest.py::test_the_manifest_says_what_the_integration_is",),
    "log-when-unavailable": (
        f"{_TESTS}/resource/test_health.py::test_a_failure_of_many_is_one_line_and_another_resource_is_not_concerned",
        f"{_TESTS}/test_away_at_start.py::test_an_outage_is_told_of_once",
    ),
    "parallel-updates": (f"{_TESTS}/test_quality_scale.py::test_no_platform_limits_parallel_updates",),
    "reauthentication-flow": (
        f"{_CODE}/config_flow.py::AzureSpeechConfigFlow.async_step_reauth_confirm",
        f"{_TESTS}/test_reconfigure.py::test_a_refused_key_is_renewed",
        f"{_TESTS}/resource/test_reauth.py::test_a_key_that_is_refused_is_asked_for_until_it_works",
    ),
    "test-coverage": ("scripts/test",),
    # Gold
    "devices": (
        f"{_CODE}/entity.py::service_device",
        f"{_TESTS}/test_sensor.py::test_the_sensors_belong_to_the_resource",
    ),
    "diagnostics": (f"{_CODE}/diagnostics.py::async_get_config_entry_diagnostics", f"{_TESTS}/test_diagnostics.py"),
    "docs-data-update": ("README.md::How it keeps up to date",),
    "docs-examples": ("docs/automations.md", f"{_TESTS}/test_repository.py::test_an_example_is_valid"),
    "docs-known-limitations": ("README.md::What it cannot do",),
    "docs-supported-devices": ("README.md::What works with it",),
    "docs-supported-functions": ("README.md::What there is",),
    "docs-troubleshooting": ("README.md::When something is wrong", "docs/troubleshooting.md"),
    "docs-use-cases": ("README.md::What you can do with it",),
    "entity-category": (f"{_TESTS}/test_sensor.py::test_the_sensors_belong_to_the_resource",),
    "entity-device-class": (f"{_TESTS}/test_sensor.py::test_they_show_what_was_used",),
    "entity-disabled-by-default": (f"{_TESTS}/test_sensor.py::test_the_sensors_belong_to_the_resource",),
    "entity-translations": (f"{_TESTS}/test_translations.py::test_every_entity_is_worded_and_has_an_icon",),
    "exception-translations": (
        f"{_TESTS}/test_translations.py::test_every_exception_is_worded_and_no_words_are_left_over",
    ),
    "icon-translations": (f"{_TESTS}/test_translations.py::test_every_entity_is_worded_and_has_an_icon",),
    "reconfiguration-flow": (
        f"{_CODE}/config_flow.py::AzureSpeechConfigFlow.async_step_reconfigure",
        f"{_TESTS}/test_reconfigure.py::test_the_endpoint_alone_is_changed",
    ),
    "repair-issues": (
        f"{_CODE}/resource/issues.py::Issue",
        f"{_TESTS}/resource/test_cost_guard.py::test_the_issue_says_which_limit_and_goes_with_the_month",
        f"{_TESTS}/resource/test_repairs.py::test_an_endpoint_that_stays_away_is_for_a_person_to_look_after",
    ),
    # Platinum
    "async-dependency": (f"{_CODE}/speech/client.py::SpeechClient", "tests/speech/test_package.py"),
    "inject-websession": (f"{_CODE}/resource/resource.py::create_client",),
    "strict-typing": (f"{_CODE}/py.typed", f"{_TESTS}/test_quality_scale.py::test_types_are_checked_strictly"),
}


# --- The file -----------------------------------------------------------------------------------------------------


def test_every_rule_of_this_home_assistant_is_answered() -> None:
    """A new version of Home Assistant may bring new ones."""
    (folder,) = components.__path__
    theirs = load_yaml_dict(Path(folder) / "anthropic" / "quality_scale.yaml")["rules"]
    assert RULES.keys() == theirs.keys()
    assert len(RULES) == 54


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_done_and_proved_or_exempt_for_a_reason(rule: str) -> None:
    match RULES[rule]:
        case "done":
            assert PROOFS[rule]
            for proof in PROOFS[rule]:
                assert proves(proof), proof
        case {"status": "exempt", "comment": str(reason)}:
            assert reason.endswith(".")
            assert rule not in PROOFS
        case answer:
            pytest.fail(f"{answer}")


def test_the_manifest_claims_what_is_proved() -> None:
    assert MANIFEST["quality_scale"] == "platinum"
    assert PROOFS.keys() <= RULES.keys()


def proves(proof: str) -> bool:
    """Return whether what a proof names is there."""
    name, _, part = proof.partition("::")
    path = REPOSITORY / name
    if not path.exists() or not part:
        return path.exists()
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return re.search(rf"^#+ {re.escape(part)}$", text, re.MULTILINE) is not None
    node: ast.AST | None = ast.parse(text)
    for step in part.split("."):
        node = next((child for child in ast.iter_child_nodes(node) if _defines(child) == step), None) if node else None
    return node is not None


def _defines(node: ast.AST) -> str | None:
    match node:
        case (
            ast.ClassDef(name=name)
            | ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.TypeAlias(name=ast.Name(id=name))
        ):
            return name
    return None


@pytest.mark.parametrize(
    "proof",
    ["docs/nothing.md", "README.md::Nothing", f"{_CODE}/config_flow.py::AzureSpeechConfigFlow.async_step_nothing"],
)
def test_what_is_not_there_proves_nothing(proof: str) -> None:
    assert not proves(proof)


# --- Some rules, more closely -------------------------------------------------------------------------------------


def test_no_platform_limits_parallel_updates() -> None:
    for platform in (*integration.PLATFORMS, *integration.MICROPHONE_PLATFORMS):
        assert import_module(f"{integration.__name__}.{platform}").PARALLEL_UPDATES == 0


def test_types_are_checked_strictly() -> None:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    assert "custom_components" in settings["files"]
    assert "mypy" in (REPOSITORY / "scripts" / "lint").read_text("utf-8")


def test_coverage_is_checked() -> None:
    script = (REPOSITORY / "scripts" / "test").read_text("utf-8")
    assert "--fail-under=95" in script
    assert re.search(r"--include='\*_flow\.py' --fail-under=100", script)
    assert "scripts/test --coverage" in (REPOSITORY / ".ci" / "run").read_text("utf-8")


def page(name: str) -> str:
    """Return a page's text, however its lines are broken."""
    return " ".join((REPOSITORY / name).read_text("utf-8").split())


def test_the_pages_name_every_action_and_its_fields() -> None:
    actions = page("docs/actions.md")
    for action, content in SERVICES.items():
        assert f"### `{DOMAIN}.{action}`" in actions
        assert all(f"`{field}`" in actions for field in content["fields"])


def test_the_pages_name_every_field_of_the_forms() -> None:
    readme = page("README.md")
    assert all(label in readme for label in WORDS["config"]["step"]["user"]["data"].values())
    options = page("docs/options.md")
    form = WORDS["config_subentries"]["recognizer"]["step"]["user"]
    labels = [*form["data"].values(), *(label for part in form["sections"].values() for label in part["data"].values())]
    assert [label for label in labels if label not in options] == []


def test_the_pages_name_every_sensor_and_all_that_can_be_added() -> None:
    readme = page("README.md")
    names = [sensor["name"] for sensor in WORDS["entity"]["sensor"].values()]
    names += [subentry["entry_type"] for subentry in WORDS["config_subentries"].values()]
    assert [name for name in names if name not in readme] == []


def test_the_troubleshooting_page_has_every_issue() -> None:
    troubleshooting = page("docs/troubleshooting.md").lower()
    titles = [issue["title"].removeprefix("{title}: ") for issue in WORDS["issues"].values()]
    assert [title for title in titles if title.lower() not in troubleshooting] == []


def test_a_resource_keeps_nothing_in_global_data() -> None:
    """It is the entry's runtime data."""
    for path in ROOT.glob("*.py"):
        assert "hass.data[DOMAIN]" not in path.read_text("utf-8"), path.name
