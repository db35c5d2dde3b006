"""Answers of voice assistants as their models write them, and the sentences that people hear of each."""

# ruff: noqa: RUF001 - marks that look like others are the point

from collections.abc import Mapping
from typing import Final

ANSWERS: Final[Mapping[str, list[tuple[str, list[str]]]]] = {
    "de": [
        (
            "Heute, am 3. Oktober, sind es **-2,5 °C** in Köln. 🌨️ Morgen wird's wärmer, ca. 4 °C!",
            ["Heute, am 3. Oktober, sind es -2,5 °C in Köln.", "Morgen wird's wärmer, ca. 4 °C!"],
        ),
        (
            "Deine Einkaufsliste:\n\n- **Milch** (2 l)\n- Brot, z. B. Roggenbrot\n- Äpfel\n\nNoch etwas?",
            [
                "Deine Einkaufsliste:",
                "Milch (2 l).",
                "Brot, z. B. Roggenbrot.",
                "Äpfel.",
                "Noch etwas?",
            ],
        ),
        (
            "Sie sagte: „Kommst du?“ Dr. Müller antwortete nicht. Mehr unter https://www.dwd.de/wetter?ort=bonn.",
            ["Sie sagte: „Kommst du?“", "Dr. Müller antwortete nicht.", "Mehr unter dwd.de."],
        ),
    ],
    "en": [
        (
            "It's **72.5 °F** outside, Mr. Jones. Rain is expected at 5 p.m. today. Take an umbrella! ☔",
            ["It's 72.5 °F outside, Mr. Jones.", "Rain is expected at 5 p.m. today.", "Take an umbrella!"],
        ),
        (
            "You have two timers:\n1. *Pasta*: 8 minutes\n2. *Laundry*: 1.5 hours\n",
            ["You have two timers:", "1. Pasta: 8 minutes.", "2. Laundry: 1.5 hours."],
        ),
        (
            "### Pancakes\n\n| Ingredient | Amount |\n|---|---|\n| Flour | 2 cups |\n| Milk | 1 cup |\n\nMix & bake.",
            ["Pancakes.", "Ingredient, Amount.", "Flour, 2 cups.", "Milk, 1 cup.", "Mix & bake."],
        ),
        (
            "Jack & Jones, AT&amp;T... and [the news](https://example.com/a?b=1). Set it? Sure.",
            ["Jack & Jones, AT&T... and the news.", "Set it?", "Sure."],
        ),
    ],
    "es": [
        (
            "¡Claro! La temperatura en la sala es de **21,5 °C**, aprox. ¿Quieres que encienda la calefacción?",
            ["¡Claro!", "La temperatura en la sala es de 21,5 °C, aprox. ¿Quieres que encienda la calefacción?"],
        ),
        (
            "El Sr. López llega a las 18:30. Puse el temporizador de 10 minutos. ✅",
            ["El Sr. López llega a las 18:30.", "Puse el temporizador de 10 minutos."],
        ),
    ],
    "fr": [
        (
            "Bien sûr ! Il fait **-1,5 °C** à Lyon. « Couvrez-vous bien ! » dit Météo-France.",
            ["Bien sûr !", "Il fait -1,5 °C à Lyon.", "« Couvrez-vous bien ! » dit Météo-France."],
        ),
        (
            "Voici la recette :\n1. Mélangez la farine\n2. Ajoutez 25 cl de lait\n\nBon appétit !",
            ["Voici la recette :", "1. Mélangez la farine.", "2. Ajoutez 25 cl de lait.", "Bon appétit !"],
        ),
    ],
    "it": [
        (
            "Certo! Domani a Roma ci saranno 18 °C, ca. 3 gradi in più. Il dott. Rossi arriva alle 9.30. Va bene?",
            [
                "Certo!",
                "Domani a Roma ci saranno 18 °C, ca. 3 gradi in più.",
                "Il dott. Rossi arriva alle 9.30.",
                "Va bene?",
            ],
        ),
    ],
    "nl": [
        (
            "Het is nu 12,5 °C in Utrecht. Morgen bijv. 14 °C! Zal ik 's avonds de lampen aanzetten?",
            ["Het is nu 12,5 °C in Utrecht.", "Morgen bijv. 14 °C!", "Zal ik 's avonds de lampen aanzetten?"],
        ),
    ],
    "pl": [
        (
            "W salonie jest **21,5 °C**. Budzik zadzwoni 24. grudnia o godz. 7.00. Włączyć światło?",
            ["W salonie jest 21,5 °C.", "Budzik zadzwoni 24. grudnia o godz. 7.00.", "Włączyć światło?"],
        ),
    ],
    "pt-BR": [
        (
            "Claro! Agora faz **28,5 °C** em São Paulo. O Dr. Silva chega às 15h. Posso ligar o ar?",
            ["Claro!", "Agora faz 28,5 °C em São Paulo.", "O Dr. Silva chega às 15h.", "Posso ligar o ar?"],
        ),
    ],
    "zh-Hans": [
        (
            "今天北京**晴**，气温-5°C到3.5°C。🌞记得多穿衣服！需要我打开空调吗？",
            ["今天北京晴，气温-5°C到3.5°C。", "记得多穿衣服！", "需要我打开空调吗？"],
        ),
        (
            "购物清单：\n- 牛奶\n- 鸡蛋（10个）\n好的。",
            ["购物清单：", "牛奶。", "鸡蛋（10个）。", "好的。"],
        ),
    ],
    "ja": [
        (
            "明日の東京は**晴れ**です。最高気温は20度でしょう！「傘はいりません。」とのことです。",
            ["明日の東京は晴れです。", "最高気温は20度でしょう！", "「傘はいりません。」", "とのことです。"],
        ),
    ],
    "th": [
        (
            "ได้ครับ ตอนนี้อุณหภูมิ 30 องศา 🌞 เปิดไฟห้องนั่งเล่นแล้วครับ มีอะไรอีกไหมคะ",
            ["ได้ครับ", "ตอนนี้อุณหภูมิ 30 องศา เปิดไฟห้องนั่งเล่นแล้วครับ", "มีอะไรอีกไหมคะ"],
        ),
    ],
    "sv": [
        (
            "Det är -3,5 °C i Kiruna den 31. januari. Ska jag köpa knäckebröd, smör m.m. till frukost? Okej!",
            ["Det är -3,5 °C i Kiruna den 31. januari.", "Ska jag köpa knäckebröd, smör m.m. till frukost?", "Okej!"],
        ),
    ],
}
"""By language. Spanish waits behind "aprox.", which may go on."""
