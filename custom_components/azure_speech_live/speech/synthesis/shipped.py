"""The voices that are known before the service has told which it has: one or two for each locale that it speaks.

Source: Microsoft's "Language and voice support for the Speech service", table "Text to speech", of 21 October 2025
(MicrosoftDocs/azure-ai-docs, articles/ai-services/speech-service/includes/language-support/tts.md), without what is in
preview.
"""

from collections.abc import Iterator
from typing import Final

from ..languages import LANGUAGES
from .voices import Voice

# A locale, the names of women, "/", the names of men. The first one is the voice of a household that chooses none: of
# those that speak American English, one that keeps to it.
_TABLE: Final = """
af-ZA Adri/Willem
am-ET Mekdes/Ameha
ar-AE Fatima/Hamdan
ar-BH Laila/Ali
ar-DZ Amina/Ismael
ar-EG Salma/Shakir
ar-IQ Rana/Bassel
ar-JO Sana/Taim
ar-KW Noura/Fahed
ar-LB Layla/Rami
ar-LY Iman/Omar
ar-MA Mouna/Jamal
ar-OM Aysha/Abdullah
ar-QA Amal/Moaz
ar-SA Zariyah/Hamed
ar-SY Amany/Laith
ar-TN Reem/Hedi
ar-YE Maryam/Saleh
as-IN Yashica/Priyom
az-AZ Banu/Babek
bg-BG Kalina/Borislav
bn-BD Nabanita/Pradeep
bn-IN Tanishaa/Bashkar
bs-BA Vesna/Goran
ca-ES Joana/Enric
cs-CZ Vlasta/Antonin
cy-GB Nia/Aled
da-DK Christel/Jeppe
de-AT Ingrid/Jonas
de-CH Leni/Jan
de-DE Katja/Conrad
el-GR Athina/Nestoras
en-AU Natasha/William
en-CA Clara/Liam
en-GB Sonia/Ryan
en-HK Yan/Sam
en-IE Emily/Connor
en-IN Neerja/Prabhat
en-KE Asilia/Chilemba
en-NG Ezinne/Abeo
en-NZ Molly/Mitchell
en-PH Rosa/James
en-SG Luna/Wayne
en-TZ Imani/Elimu
en-US Jenny AvaMultilingual/Guy AndrewMultilingual
en-ZA Leah/Luke
es-AR Elena/Tomas
es-BO Sofia/Marcelo
es-CL Catalina/Lorenzo
es-CO Salome/Gonzalo
es-CR Maria/Juan
es-CU Belkys/Manuel
es-DO Ramona/Emilio
es-EC Andrea/Luis
es-ES Elvira/Alvaro
es-GQ Teresa/Javier
es-GT Marta/Andres
es-HN Karla/Carlos
es-MX Dalia/Jorge
es-NI Yolanda/Federico
es-PA Margarita/Roberto
es-PE Camila/Alex
es-PR Karina/Victor
es-PY Tania/Mario
es-SV Lorena/Rodrigo
es-US Paloma/Alonso
es-UY Valentina/Mateo
es-VE Paola/Sebastian
et-EE Anu/Kert
eu-ES Ainhoa/Ander
fa-IR Dilara/Farid
fi-FI Selma/Harri
fil-PH Blessica/Angelo
fr-BE Charline/Gerard
fr-CA Sylvie/Jean
fr-CH Ariane/Fabrice
fr-FR Denise/Henri
ga-IE Orla/Colm
gl-ES Sabela/Roi
gu-IN Dhwani/Niranjan
he-IL Hila/Avri
hi-IN Swara/Madhur
hr-HR Gabrijela/Srecko
hu-HU Noemi/Tamas
hy-AM Anahit/Hayk
id-ID Gadis/Ardi
is-IS Gudrun/Gunnar
it-IT Elsa/Diego
iu-Cans-CA Siqiniq/Taqqiq
iu-Latn-CA Siqiniq/Taqqiq
ja-JP Nanami/Keita
jv-ID Siti/Dimas
ka-GE Eka/Giorgi
kk-KZ Aigul/Daulet
km-KH Sreymom/Piseth
kn-IN Sapna/Gagan
ko-KR SunHi/InJoon
lo-LA Keomany/Chanthavong
lt-LT Ona/Leonas
lv-LV Everita/Nils
mk-MK Marija/Aleksandar
ml-IN Sobhana/Midhun
mn-MN Yesui/Bataa
mr-IN Aarohi/Manohar
ms-MY Yasmin/Osman
mt-MT Grace/Joseph
my-MM Nilar/Thiha
nb-NO Pernille/Finn
ne-NP Hemkala/Sagar
nl-BE Dena/Arnaud
nl-NL Fenna/Maarten
or-IN Subhasini/Sukant
pa-IN Vaani/Ojas
pl-PL Agnieszka/Marek
ps-AF Latifa/GulNawaz
pt-BR Francisca/Antonio
pt-PT Raquel/Duarte
ro-RO Alina/Emil
ru-RU Svetlana/Dmitry
si-LK Thilini/Sameera
sk-SK Viktoria/Lukas
sl-SI Petra/Rok
so-SO Ubax/Muuse
sq-AL Anila/Ilir
sr-Latn-RS Sophie/Nicholas
sr-RS Sophie/Nicholas
su-ID Tuti/Jajang
sv-SE Sofie/Mattias
sw-KE Zuri/Rafiki
sw-TZ Rehema/Daudi
ta-IN Pallavi/Valluvar
ta-LK Saranya/Kumar
ta-MY Kani/Surya
ta-SG Venba/Anbu
te-IN Shruti/Mohan
th-TH Premwadee/Niwat
tr-TR Emel/Ahmet
uk-UA Polina/Ostap
ur-IN Gul/Salman
ur-PK Uzma/Asad
uz-UZ Madina/Sardor
vi-VN HoaiMy/NamMinh
wuu-CN Xiaotong/Yunzhe
yue-CN XiaoMin/YunSong
zh-CN Xiaoxiao/Yunxi
zh-CN-henan /Yundeng
zh-CN-shandong /Yunxiang
zh-HK HiuMaan/WanLung
zh-TW HsiaoChen/YunJhe
zu-ZA Thando/Themba
"""


def _place(locale: str) -> int:
    return LANGUAGES.index(locale) if locale in LANGUAGES else len(LANGUAGES)


def _voices() -> Iterator[Voice]:
    for line in _TABLE.split("\n")[1:-1]:
        locale, _, names = line.partition(" ")
        for gender, some in zip(("Female", "Male"), names.split("/"), strict=True):
            for name in some.split():
                shown = name.replace("Multilingual", " Multilingual")
                yield Voice(f"{locale}-{name}Neural", locale, display_name=shown, local_name=shown, gender=gender)


SHIPPED: Final = tuple(sorted(_voices(), key=lambda voice: (_place(voice.locale), voice.locale)))
"""The voices, the preferred locale of each language before its others."""
SPOKEN: Final = tuple(dict.fromkeys(voice.locale for voice in SHIPPED))
"""The locales that the service has voices of their own for, in the same order."""
