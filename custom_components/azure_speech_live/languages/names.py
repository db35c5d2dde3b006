"""The languages of speech and of its translation, by the names under which people choose them in a form.

Not in the translations: Home Assistant's frontend knows language names by itself only where a single one is chosen.
The names are those of Microsoft's tables, see speech/languages.py.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from homeassistant.core_config import Config
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.util.language import matches

from ..speech import LANGUAGES, TRANSLATION_LANGUAGES
from .choice import own_translation


def _table(lines: str) -> dict[str, str]:
    """Read lines of a tag and a name."""
    return {tag: name for tag, _, name in (line.partition(" ") for line in lines.strip().splitlines())}


LANGUAGE_NAMES: Final = _table("""
af-ZA Afrikaans (South Africa)
am-ET Amharic (Ethiopia)
ar-AE Arabic (United Arab Emirates)
ar-BH Arabic (Bahrain)
ar-DZ Arabic (Algeria)
ar-EG Arabic (Egypt)
ar-IL Arabic (Israel)
ar-IQ Arabic (Iraq)
ar-JO Arabic (Jordan)
ar-KW Arabic (Kuwait)
ar-LB Arabic (Lebanon)
ar-LY Arabic (Libya)
ar-MA Arabic (Morocco)
ar-OM Arabic (Oman)
ar-PS Arabic (Palestinian Authority)
ar-QA Arabic (Qatar)
ar-SA Arabic (Saudi Arabia)
ar-SY Arabic (Syria)
ar-TN Arabic (Tunisia)
ar-YE Arabic (Yemen)
as-IN Assamese (India)
az-AZ Azerbaijani (Latin, Azerbaijan)
bg-BG Bulgarian (Bulgaria)
bn-IN Bengali (India)
bs-BA Bosnian (Bosnia and Herzegovina)
ca-ES Catalan
cs-CZ Czech (Czechia)
cy-GB Welsh (United Kingdom)
da-DK Danish (Denmark)
de-AT German (Austria)
de-CH German (Switzerland)
de-DE German (Germany)
el-GR Greek (Greece)
en-AU English (Australia)
en-CA English (Canada)
en-GB English (United Kingdom)
en-GH English (Ghana)
en-HK English (Hong Kong SAR)
en-IE English (Ireland)
en-IN English (India)
en-KE English (Kenya)
en-NG English (Nigeria)
en-NZ English (New Zealand)
en-PH English (Philippines)
en-SG English (Singapore)
en-TZ English (Tanzania)
en-US English (United States)
en-ZA English (South Africa)
es-AR Spanish (Argentina)
es-BO Spanish (Bolivia)
es-CL Spanish (Chile)
es-CO Spanish (Colombia)
es-CR Spanish (Costa Rica)
es-CU Spanish (Cuba)
es-DO Spanish (Dominican Republic)
es-EC Spanish (Ecuador)
es-ES Spanish (Spain)
es-GQ Spanish (Equatorial Guinea)
es-GT Spanish (Guatemala)
es-HN Spanish (Honduras)
es-MX Spanish (Mexico)
es-NI Spanish (Nicaragua)
es-PA Spanish (Panama)
es-PE Spanish (Peru)
es-PR Spanish (Puerto Rico)
es-PY Spanish (Paraguay)
es-SV Spanish (El Salvador)
es-US Spanish (United States)
es-UY Spanish (Uruguay)
es-VE Spanish (Venezuela)
et-EE Estonian (Estonia)
eu-ES Basque
fa-IR Persian (Iran)
fi-FI Finnish (Finland)
fil-PH Filipino (Philippines)
fr-BE French (Belgium)
fr-CA French (Canada)
fr-CH French (Switzerland)
fr-FR French (France)
ga-IE Irish (Ireland)
gl-ES Galician
gu-IN Gujarati (India)
he-IL Hebrew (Israel)
hi-IN Hindi (India)
hr-HR Croatian (Croatia)
hu-HU Hungarian (Hungary)
hy-AM Armenian (Armenia)
id-ID Indonesian (Indonesia)
is-IS Icelandic (Iceland)
it-CH Italian (Switzerland)
it-IT Italian (Italy)
ja-JP Japanese (Japan)
jv-ID Javanese (Latin, Indonesia)
ka-GE Georgian (Georgia)
kk-KZ Kazakh (Kazakhstan)
km-KH Khmer (Cambodia)
kn-IN Kannada (India)
ko-KR Korean (Korea)
lo-LA Lao (Laos)
lt-LT Lithuanian (Lithuania)
lv-LV Latvian (Latvia)
mk-MK Macedonian (North Macedonia)
ml-IN Malayalam (India)
mn-MN Mongolian (Mongolia)
mr-IN Marathi (India)
ms-MY Malay (Malaysia)
mt-MT Maltese (Malta)
my-MM Burmese (Myanmar)
nb-NO Norwegian Bokmål (Norway)
ne-NP Nepali (Nepal)
nl-BE Dutch (Belgium)
nl-NL Dutch (Netherlands)
or-IN Odia (India)
pa-IN Punjabi (India)
pl-PL Polish (Poland)
ps-AF Pashto (Afghanistan)
pt-BR Portuguese (Brazil)
pt-PT Portuguese (Portugal)
ro-RO Romanian (Romania)
ru-RU Russian (Russia)
si-LK Sinhala (Sri Lanka)
sk-SK Slovak (Slovakia)
sl-SI Slovenian (Slovenia)
so-SO Somali (Somalia)
sq-AL Albanian (Albania)
sr-RS Serbian (Cyrillic, Serbia)
sv-SE Swedish (Sweden)
sw-KE Kiswahili (Kenya)
sw-TZ Kiswahili (Tanzania)
ta-IN Tamil (India)
te-IN Telugu (India)
th-TH Thai (Thailand)
tr-TR Turkish (Türkiye)
uk-UA Ukrainian (Ukraine)
ur-IN Urdu (India)
uz-UZ Uzbek (Latin, Uzbekistan)
vi-VN Vietnamese (Vietnam)
wuu-CN Chinese (Wu, Simplified)
yue-CN Chinese (Cantonese, Simplified)
zh-CN Chinese (Mandarin, Simplified)
zh-CN-shandong Chinese (Jilu Mandarin, Simplified)
zh-CN-sichuan Chinese (Southwestern Mandarin, Simplified)
zh-HK Chinese (Cantonese, Traditional)
zh-TW Chinese (Taiwanese Mandarin, Traditional)
zu-ZA Zulu (South Africa)
""")

TRANSLATION_LANGUAGE_NAMES: Final = _table("""
af Afrikaans
am Amharic
ar Arabic
as Assamese
az Azerbaijani
bg Bulgarian
bn Bangla
bs Bosnian (Latin)
ca Catalan
cs Czech
cy Welsh
da Danish
de German
el Greek
en English
es Spanish
et Estonian
fa Persian
fi Finnish
fil Filipino
fj Fijian
fr French
fr-ca French (Canada)
ga Irish
gu Gujarati
he Hebrew
hi Hindi
hr Croatian
ht Haitian Creole
hu Hungarian
hy Armenian
id Indonesian
is Icelandic
it Italian
iu Inuktitut
ja Japanese
kk Kazakh
km Khmer
kmr Kurdish (Northern)
kn Kannada
ko Korean
ku Kurdish (Central)
lo Lao
lt Lithuanian
lv Latvian
lzh Chinese (Literary)
mg Malagasy
mi Maori
ml Malayalam
mr Marathi
ms Malay
mt Maltese
mww Hmong Daw
my Myanmar
nb Norwegian
ne Nepali
nl Dutch
or Odia
otq Queretaro Otomi
pa Punjabi
pl Polish
prs Dari
ps Pashto
pt Portuguese (Brazil)
pt-pt Portuguese (Portugal)
ro Romanian
ru Russian
sk Slovak
sl Slovenian
sm Samoan
sq Albanian
sr-Cyrl Serbian (Cyrillic)
sr-Latn Serbian (Latin)
sv Swedish
sw Swahili
ta Tamil
te Telugu
th Thai
ti Tigrinya
tlh-Latn Klingon
tlh-Piqd Klingon (plqaD)
to Tongan
tr Turkish
ty Tahitian
uk Ukrainian
ur Urdu
vi Vietnamese
yua Yucatec Maya
yue Cantonese (Traditional)
zh-Hans Chinese Simplified
zh-Hant Chinese Traditional
""")


def language_options(config: Config | None = None) -> list[SelectOptionDict]:
    """Return the locales of recognition as the options of a form: the home's language, then all others by name."""
    return _options(LANGUAGES, LANGUAGE_NAMES, _of_home(config))


def translation_language_options(config: Config | None = None) -> list[SelectOptionDict]:
    """Return the languages that speech is translated to as the options of a form, in the same order."""
    return _options(TRANSLATION_LANGUAGES, TRANSLATION_LANGUAGE_NAMES, map(own_translation, _of_home(config)))


def _of_home(config: Config | None) -> list[str]:
    """Return the locales of the home's language, that of its country first."""
    return matches(config.language, LANGUAGES, config.country) if config else []


def _options(tags: Collection[str], names: Mapping[str, str], first: Iterable[str]) -> list[SelectOptionDict]:
    order = dict.fromkeys([*(tag for tag in first if tag in tags), *sorted(tags, key=names.__getitem__)])
    return [SelectOptionDict(value=tag, label=names[tag]) for tag in order]
