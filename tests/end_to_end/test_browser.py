"""A person at the browser: adds the integration, and speaks to the Assist dialog.

With ``--screenshots FOLDER`` (scripts/screenshots) it also takes the README's pictures.
"""

from pathlib import Path
import re
import secrets

from playwright.async_api import expect
import pytest

from .browser import Browser, write_microphone
from .conftest import Camera, Household, own_pipelines
from .home_assistant import HomeAssistant
from .microphone import microphone, spoken
from .second_engines import second_engines
from .stand_in import stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def test_adding_the_integration(home: HomeAssistant, camera: Camera) -> None:
    key = secrets.token_hex(16)
    async with stand_in(key=key) as (endpoint, _), Browser.open(home) as browser, home.connect() as connection:
        form = await browser.open_form()
        await browser.choose_endpoint(form, "West Europe")
        await camera(browser, "config_flow")

        form = await browser.open_form()
        await browser.submit(form, key)
        await expect(form).to_contain_text("Not all required fields are filled in.")
        await browser.choose_endpoint(form, "not an endpoint?")
        await browser.submit(form, f"KEY 1: {key}")
        await expect(form).to_contain_text("A region or an endpoint is needed here")
        await expect(form.locator("ha-generic-picker")).to_contain_text("not an endpoint?")
        await expect(form.locator("input[name=api_key]")).to_have_value(f"KEY 1: {key}")
        await browser.choose_endpoint(form, endpoint)
        await browser.submit(form, "0" * 32)
        await expect(form).to_contain_text("The Speech service refused the key.")
        await expect(form.locator("ha-generic-picker")).to_contain_text(endpoint)
        await expect(form.locator("input[name=api_key]")).to_have_value("0" * 32)
        await expect(form.locator("input[name=api_key]")).to_have_attribute("type", "password")
        await camera(browser, "config_flow_key_refused")

        # Who loses patience and reloads the page leaves that form behind; it is in nobody's way.
        for _ in range(2):
            form = await browser.open_form()
            await browser.choose_endpoint(form, endpoint)
            await browser.submit(form, "0" * 32)
            await expect(form).to_contain_text("The Speech service refused the key.")
            await browser.page.reload()

        form = await browser.open_form()
        await browser.choose_endpoint(form, f"Endpoint: {endpoint}")
        await browser.submit(form, f"\ufeff“{key}”")
        await expect(form).to_contain_text("choose Azure Speech as speech-to-text")
        await form.get_by_role("link", name="Voice assistants").click()
        await expect(browser.page).to_have_url(re.compile("/config/voice-assistants/assistants"))
        await expect(form).to_be_hidden()
        await browser.open_integration()
        await expect(browser.page.locator("ha-config-sub-entry-row")).to_contain_text(["Speech recognizer", "Voice"])
        assert not browser.errors

        await home.remove_integration(await connection.loaded())


async def test_a_translator_is_nobodys_choice_but_the_households(household: Household) -> None:
    async with Browser.open(household.home) as browser:
        form = await browser.open_subentry_form("Add speech translator")
        # Its name would have the choice in it.
        await expect(form.get_by_role("button", name="Translate to *", exact=True)).to_be_visible()
        await expect(form.locator("ha-input-chip")).to_have_count(0)
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Not all required fields are filled in.")
        await browser.choose(form, "Translate to", "German")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Choose the language that is spoken")
        await browser.choose_another(form, "Spoken languages", "German (Germany)")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("The spoken language is the one to translate to already.")
        await browser.choose(form, "Translate to", "English")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("choose German → English as speech-to-text")
        await form.get_by_role("button", name="Finish").click()
        await expect(browser.page.locator("ha-config-sub-entry-row").filter(has_text="German → English")).to_have_count(
            1
        )
        assert not browser.errors


async def test_choosing_a_second_engine(household: Household, camera: Camera) -> None:
    home, nothing = household.home, "Ask it also when nothing was understood"
    async with second_engines() as (port, _), Browser.open(home) as browser:
        form = await browser.open_subentry_form("Add speech recognizer")
        await expect(form).to_contain_text("End of a command")
        await expect(form).not_to_contain_text("Second engine")

        wyoming = await home.add_wyoming(port)
        form = await browser.open_subentry_form("Add speech recognizer")
        second = form.locator("ha-selector-select").filter(has_text="Second engine")
        chosen = second.get_by_role("button", name="Second engine PocketSphinx")
        await expect(chosen).to_be_visible()
        await expect(form).to_contain_text(nothing)
        await second.scroll_into_view_if_needed()
        await camera(browser, "second_engine")
        await second.get_by_role("button", name="Clear").click()
        await expect(chosen).to_have_count(0)
        await expect(form).not_to_contain_text(nothing)
        await form.locator("input[name=name]").fill("Study")
        await form.get_by_role("button", name="Submit").click()
        study = browser.page.locator("ha-config-sub-entry-row").filter(has_text="Study")
        await expect(study).to_have_count(1)

        form = await browser.open_subentry_form("Add speech recognizer")
        await expect(chosen).to_be_visible()
        await form.locator("input[name=name]").fill("Hall")
        await form.get_by_role("button", name="Submit").click()
        await expect(browser.page.locator("ha-config-sub-entry-row").filter(has_text="Hall")).to_have_count(1)

        await home.remove_integration(wyoming)
        form = await browser.open_change_form("Hall")
        await expect(form).to_contain_text("The second engine that was chosen is not in Home Assistant any more.")
        await expect(form).not_to_contain_text(nothing)
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Reconfiguration was successful")
        assert not browser.errors


async def test_adding_and_changing_a_recognizer(household: Household, camera: Camera) -> None:
    async with Browser.open(household.home) as browser:
        form = await browser.open_subentry_form("Add speech recognizer")
        await expect(form).to_contain_text("A recognizer is a speech-to-text engine")
        await expect(form).to_contain_text("Whichever is first answers soonest.")
        await camera(browser, "recognizer")
        await form.locator("input[name=name]").fill("Study")
        await expect(form).not_to_contain_text("Longest command")
        await form.get_by_text("Answer sooner when a command is complete").scroll_into_view_if_needed()
        await camera(browser, "end_of_a_command")
        await browser.choose(form, "End of a command", "Azure alone")
        await expect(form).to_contain_text("Longest command")
        await expect(form).not_to_contain_text("Answer sooner")
        await form.get_by_text("Text", exact=True).click()
        await form.get_by_role("button", name="Add Replacement").click()
        replacement = form.locator("ha-form-expandable").first.locator("ha-selector-text input").last
        await replacement.fill("per cent")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("per cent is not a replacement. Write what is heard, then =>, then")

        await form.get_by_text("Text", exact=True).click()
        await expect(replacement).to_have_value("per cent")
        await replacement.fill("per cent => %")
        await form.get_by_role("button", name="Submit").click()
        await expect(browser.page.locator("ha-config-sub-entry-row").filter(has_text="Study")).to_have_count(1)

        form = await browser.open_change_form("Study")
        await expect(form).to_contain_text("Longest command")
        await form.get_by_text("Text", exact=True).click()
        await expect(replacement).to_have_value("per cent => %")
        await browser.choose(form, "Form of the text", "Spoken words")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Reconfiguration was successful")
        assert not browser.errors

    subentries = await household.connection.call("config_entries/subentries/list", entry_id=household.entry_id)
    assert [subentry["title"] for subentry in subentries] == ["Azure Speech", "Azure Speech", "Study"]
    assert await household.connection.state("stt.study") == "unknown"


async def test_adding_and_changing_a_voice(household: Household, camera: Camera) -> None:
    """Who speaks, and then how, as far as that voice can; what is wrong is in its field still."""
    async with Browser.open(household.home) as browser:
        form = await browser.open_subentry_form("Add voice")
        await expect(form).to_contain_text("A voice is a text-to-speech engine")
        await browser.choose_voice(form, "Jenny", "English (United States): Jenny")
        await camera(browser, "voice")
        await browser.choose_voice(form, "Jenny the robot", "Jenny the robot")
        await form.get_by_role("button", name="Next").click()
        await expect(form).to_contain_text("This is not the name of a voice.")
        await expect(form.locator("ha-generic-picker")).to_contain_text("Jenny the robot")
        await browser.choose_voice(form, "Jenny", "English (United States): Jenny")
        await form.get_by_role("button", name="Next").click()

        await expect(form).to_contain_text("How it speaks")
        await browser.choose(form, "Style", "cheerful")
        await camera(browser, "voice_manner")
        await form.get_by_role("button", name="Add Pronunciation").click()
        pronunciation = form.locator("ha-selector-text input").last
        await pronunciation.fill("Siobhan is shiv-awn")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Siobhan is shiv-awn is not a pronunciation. Write a word, then =>")
        await expect(pronunciation).to_have_value("Siobhan is shiv-awn")
        await expect(form.locator("ha-selector-select").filter(has_text="Style")).to_contain_text("cheerful")
        await pronunciation.fill("Siobhan => shiv-awn")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("choose Azure Speech (Jenny) Voice as text-to-speech")
        await form.get_by_role("button", name="Finish").click()

        form = await browser.open_change_form("Azure Speech (Jenny)")
        await expect(form.locator("ha-generic-picker")).to_contain_text("en-US-JennyNeural")
        await browser.choose_voice(form, "Noémi", "Hungarian (Hungary): Noemi (Noémi)")
        await form.get_by_role("button", name="Next").click()
        await expect(form).to_contain_text("How it speaks")
        await expect(form).to_contain_text("Speed")
        await expect(form).not_to_contain_text("Style")
        await expect(pronunciation).to_have_value("Siobhan => shiv-awn")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Reconfiguration was successful")
        assert not browser.errors

    subentries = await household.connection.call("config_entries/subentries/list", entry_id=household.entry_id)
    assert [subentry["title"] for subentry in subentries] == ["Azure Speech", "Azure Speech", "Azure Speech (Noemi)"]


async def test_the_usage_is_shown(household: Household, camera: Camera) -> None:
    async for _ in household.connection.run_pipeline(
        household.pipeline, microphone(spoken("Turn on the kitchen light"))
    ):
        pass
    async with Browser.open(household.home) as browser:
        card = await browser.open_device(await resource_device(household))
        await expect(card).to_contain_text("Recognition audio this month")
        await camera(browser, "usage")
        assert not browser.errors


async def test_the_options_of_a_resource(household: Household, camera: Camera) -> None:
    device = await resource_device(household)
    async with Browser.open(household.home) as browser:
        card = await browser.open_device(device)
        await expect(card).to_contain_text("Recognition audio this month")
        await expect(card).not_to_contain_text("Used of")

        form = await browser.open_options_form()
        await expect(form).to_contain_text("Hours of audio that may be sent in a month")
        await form.get_by_role("spinbutton", name="Monthly limit in hours").fill("4.5")
        await browser.choose(form, "Pricing tier", "Free (F0)")
        await camera(browser, "options")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Options successfully saved")

        card = await browser.open_device(device)
        await expect(card).to_contain_text("Used of the monthly limit")
        await expect(card).to_contain_text("Used of the free hours")
        assert not browser.errors


async def test_picking_it_for_a_voice_assistant(household: Household, camera: Camera) -> None:
    async with Browser.open(household.home) as browser:
        form = await browser.open_assistant_form("Azure Speech Live")
        await expect(form).to_contain_text("Speech-to-text")
        await form.locator("assist-pipeline-detail-stt").scroll_into_view_if_needed()
        await expect(form.locator("assist-pipeline-detail-stt")).to_contain_text("Azure Speech")
        await camera(browser, "pick_it")
        assert not browser.errors


async def test_picking_a_voice_for_a_voice_assistant(household: Household, camera: Camera) -> None:
    """The voices of the assistant's language are listed, by their names."""
    async with Browser.open(household.home) as browser:
        form = await browser.open_assistant_form("Azure Speech Live")
        speech = form.locator("assist-pipeline-detail-tts")
        await speech.scroll_into_view_if_needed()
        await expect(speech).to_contain_text("Azure Speech Voice")
        picker = speech.locator("ha-tts-voice-picker")
        await picker.click()
        await expect(browser.page.get_by_role("menuitem", name="Jenny")).to_be_visible()
        await expect(browser.page.get_by_role("menuitem", name="Sonia, English (United Kingdom)")).to_be_visible()
        await expect(browser.page.get_by_role("menuitem", name="Katja")).to_have_count(0)
        await camera(browser, "pick_a_voice")
        await browser.page.get_by_role("menuitem", name="Sonia").click()
        await expect(picker).to_contain_text("Sonia")
        await form.get_by_role("button", name="Update").click()
        await expect(form).to_be_hidden()
        assert not browser.errors

    pipelines = (await household.connection.call("assist_pipeline/pipeline/list"))["pipelines"]
    (voice,) = [pipeline["tts_voice"] for pipeline in pipelines if pipeline["id"] == household.pipeline]
    assert voice == "en-GB-SoniaNeural"


async def resource_device(household: Household) -> str:
    """Return the id of the device that the resource is."""
    (device,) = (
        device["id"]
        for device in await household.connection.call("config/device_registry/list")
        if household.entry_id in device["config_entries"]
        and None in device["config_entries_subentries"][household.entry_id]
    )
    return str(device)


async def test_a_key_that_is_changed_in_time(home: HomeAssistant) -> None:
    """Azure has two keys for that: the new one is given before the old one is refused."""
    key, new_key = secrets.token_hex(16), secrets.token_hex(16)
    async with Browser.open(home) as browser, home.connect() as connection:
        async with stand_in(key=key) as (endpoint, _):
            entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
        async with stand_in(key=new_key, port=int(endpoint.rpartition(":")[2])):
            form = await browser.open_reconfigure_form()
            await browser.submit(form, key)
            await expect(form).to_contain_text("The Speech service refused the key.")
            await browser.submit(form, new_key)
            await expect(form).to_contain_text("works with what you gave.")
            assert not browser.errors

            # With the key that is stored now, it is heard.
            await home.post(f"/api/config/config_entries/entry/{entry_id}/reload")
            assert await connection.loaded() == entry_id
            async with own_pipelines(connection):
                pipeline = await connection.create_pipeline(entry_id)
                run = connection.run_pipeline(pipeline, microphone(spoken("Turn on the kitchen light")))
                assert "stt-end" in [event["type"] async for event in run]
            await home.remove_integration(entry_id)


async def test_a_new_key(home: HomeAssistant, camera: Camera) -> None:
    """A key that works no more: Home Assistant asks for another. Who knows beforehand, changes it in the menu."""
    key, new_key = secrets.token_hex(16), secrets.token_hex(16)
    async with Browser.open(home) as browser, home.connect() as connection:
        async with stand_in(key=key) as (endpoint, _):
            entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
            form = await browser.open_reconfigure_form()
            await browser.submit(form, new_key)
            await expect(form).to_contain_text("The Speech service refused the key.")
            await browser.submit(form, "")
            await expect(form).to_contain_text("works with what you gave.")

        async with stand_in(key=new_key, port=int(endpoint.rpartition(":")[2])):
            await home.post(f"/api/config/config_entries/entry/{entry_id}/reload")
            form = await browser.open_reauth_form()
            await expect(form).to_contain_text(f"The Speech service refused the key for {endpoint.partition('//')[2]}")
            await expect(form.locator("ha-generic-picker")).to_contain_text(endpoint)
            await camera(browser, "reauth")
            await browser.submit(form, key)
            await expect(form).to_contain_text("The Speech service refused the key.")
            await expect(form.locator("input[name=api_key]")).to_have_value(key)
            await browser.page.reload()
            form = await browser.open_reauth_form()
            await browser.submit(form, new_key)
            await expect(form).to_contain_text("works with the new key.")
            assert not browser.errors

            assert await connection.loaded() == entry_id
            await home.remove_integration(entry_id)


async def test_the_assist_dialog(household: Household, tmp_path: Path, camera: Camera) -> None:
    await household.home.post("/api/services/light/turn_off", json={"entity_id": "light.kitchen_light"})
    recording = tmp_path / "microphone.wav"
    write_microphone(recording, spoken("Turn on the kitchen light"))
    async with Browser.open(household.home, recording) as browser:
        dialog = await browser.open_assist()
        async with browser.page.expect_response("**/api/tts_proxy/*") as response:
            await dialog.get_by_role("button", name="Start listening").click()
        await expect(dialog).to_contain_text("Turn on the kitchen light.")
        await expect(dialog).to_contain_text("Turned on the light")
        answer = await response.value
        assert answer.status == 200
        assert answer.headers["content-type"] == "audio/mpeg"
        await answer.finished()
        await expect(dialog).not_to_contain_text("Error playing audio")
        await camera(browser, "assist_dialog")
        assert not browser.errors
    assert await household.connection.state("light.kitchen_light") == "on"


async def test_adding_a_microphone(household: Household) -> None:
    async with Browser.open(household.home) as browser:
        form = await browser.open_subentry_form("Add microphone")
        await expect(form).to_contain_text("Listening starts")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_contain_text("Microphone is ready.")
        await form.get_by_role("link", name="page of the integration").click()
        await expect(form).to_be_hidden()
        assert not browser.errors
