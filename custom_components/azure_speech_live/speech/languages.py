"""The languages of the Speech service: the locales of its real-time recognition, and what it translates them to.

Source: Microsoft's "Language and voice support for the Speech service", table "Speech to text", of 2 April 2026
(MicrosoftDocs/azure-ai-docs, articles/ai-services/speech-service/includes/language-support/stt.md).
"""

from typing import Final

# Where Home Assistant finds no locale for the household's country, it takes the first one of the language
# that is listed, so the most widely spoken one of each language leads.
_PREFERRED: Final = ("ar-EG", "de-DE", "en-US", "es-ES", "fr-FR", "it-IT", "nl-NL", "pt-BR", "sw-KE", "zh-CN")

_ALL: Final = """
af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM ar-PS ar-QA ar-SA ar-SY ar-TN
ar-YE as-IN az-AZ bg-BG bn-IN bs-BA ca-ES cs-CZ cy-GB da-DK de-AT de-CH de-DE el-GR en-AU en-CA en-GB en-GH en-HK
en-IE en-IN en-KE en-NG en-NZ en-PH en-SG en-TZ en-US en-ZA es-AR es-BO es-CL es-CO es-CR es-CU es-DO es-EC es-ES
es-GQ es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-PY es-SV es-US es-UY es-VE et-EE eu-ES fa-IR fi-FI fil-PH fr-BE
fr-CA fr-CH fr-FR ga-IE gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-CH it-IT ja-JP jv-ID ka-GE kk-KZ
km-KH kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl-BE nl-NL or-IN pa-IN
pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-RS sv-SE sw-KE sw-TZ ta-IN te-IN th-TH tr-TR
uk-UA ur-IN uz-UZ vi-VN wuu-CN yue-CN zh-CN zh-CN-shandong zh-CN-sichuan zh-HK zh-TW zu-ZA
""".split()  # noqa: SIM905 - a block of words reads better than one word a line

LANGUAGES: Final[tuple[str, ...]] = tuple(sorted(_ALL, key=lambda locale: (locale not in _PREFERRED, locale)))
"""BCP-47 tags, the preferred locale of each language before its others."""

TRANSLATION_LANGUAGES: Final[tuple[str, ...]] = tuple(
    """
    af am ar as az bg bn bs ca cs cy da de el en es et fa fi fil fj fr fr-ca ga gu he hi hr ht hu hy id is it iu ja kk
    km kmr kn ko ku lo lt lv lzh mg mi ml mr ms mt mww my nb ne nl or otq pa pl prs ps pt pt-pt ro ru sk sl sm sq
    sr-Cyrl sr-Latn sv sw ta te th ti tlh-Latn tlh-Piqd to tr ty uk ur vi yua yue zh-Hans zh-Hant
    """.split()  # noqa: SIM905 - a block of words reads better than one word a line
)
"""The languages that speech is translated to, by the codes that the service knows them by.

Source: the same page, table "Speech translation", of 24 April 2024 (…/language-support/speech-translation.md).
"""
