"""Text as people hear it, out of pieces."""

# ruff: noqa: RUF001 - marks that look like others are the point

from hypothesis import given, settings
import pytest

from custom_components.azure_speech_live.speech import is_speakable
from custom_components.azure_speech_live.voice.text import SpokenText

from ..growth import PROPORTIONAL, growth
from .pieces import FRAGMENTS, heard, in_pieces


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Hello** *world*, __so__ _it_ ***is***.", "Hello world, so it is."),
        ('**Wichtig:** Das ist *"gut"*. (*Ja*)', 'Wichtig: Das ist "gut". (Ja)'),
        ("un**frigging**believable ~~no~~", "unfriggingbelievable no"),
        ("这是**重要**的，这是*强调*。", "这是重要的，这是强调。"),
        ("Use `light.turn_on` and ``a``", "Use light.turn_on and a"),
        ("\\*not\\* \\_this\\_ 1\\. a\\\nb", "*not* _this_ 1. a\nb"),
        ("word --- word ==== end ### +++ .", "word word end ."),
        ("** bold ** and more", "bold and more"),
    ],
)
def test_marks_within_a_line(text: str, said: str) -> None:
    assert heard(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 = 6, 5*3, 2**8, a - b, 5-10, ~5 min, x_1 and snake_case",
        "Mitarbeiter*innen, a 5* hotel (*), C# and C++, #1, =, 1+1=2",
        "C:\\Users, -5 °C outside, 3) no, 1.5 l, x ]]> y, a [b] c, f(x), {y}",
        "Temp < 5 °C & > 0, <name>, a <b, x<y>z, I <3 you, <b and c>, R&D; Q&A;",
        "He said \"don't\" 'now' – “so” … ‘ok’?! Wait!!! Hm...",
        "a\tb\n c  d\n\n\ne\u00a0f\u202fg",
        "http and www and h, w; ht; https; www.",
        "name@example.com, example.com, 12:30, 3/4, 100 %, 5 €, ½, №, §, ©, ®, ™",
        "気温は20度です。「はい」。【注意】",
        "چراغ\u200cها होस्\u200c പരിവര്\u200dത്തനം สวัสดีครับ",
        "A → B, x ≤ y, ± 5, °, µg/m³, ℃, e\u0301",
        "!",
        "[",
        "&",
        "*",
    ],
)
def test_plain_text_stays_letter_for_letter(text: str) -> None:
    assert heard(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Weather\nSunny.", "Weather.\nSunny."),
        ("List:\n- milk\n* **eggs**, ten  \n+ Bread!\n• salt\n", "List:\nmilk.\neggs, ten.\nBread!\nsalt.\n"),
        ("- [ ] open\n- [x] done (now)\n- see:\n  - below\n", "open.\ndone (now).\nsee:\nbelow.\n"),
        ("1. Preheat\n2) Mix\n", "1. Preheat.\n2) Mix.\n"),
        ('- "Quoted."\n- 牛奶\n- ไข่\n- last', '"Quoted."\n牛奶。\nไข่\nlast'),
        ("> said\n>> twice\n> - item\n", "said\ntwice\nitem.\n"),
        ("Over\n---\n* * *\n___\n=====\nUnder", "Over\n\n\n\n\nUnder"),
        ("| Day | °C |\n|---|:-:|\n| Mo | **12** |\n| [Tu](x) | a \\| b |\nEnd", "Day, °C.\nMo, 12.\nTu, a | b.\nEnd"),
        ("|x|", "x"),
        ("Before\n```python\nprint('#')\n``\n```\nAfter ```not```", "Before\n\nAfter not"),
        ("~~~~\n~~~\ncode\n~~~~\nAfter", "\nAfter"),
        ("```\nnever closed\n# end", ""),
        (f"```\n{'`' * 3000}\n{'x' * 3000}```\n```\nend", "\nend"),
        ("#\n##\n- \n-\n", "\n\n\n\n"),
        (
            "#hashtag\n-5 °C\n5 - 3\n*so*\n**Bold** line\n-word\n1.5 l\n",
            "#hashtag\n-5 °C\n5 - 3\nso\nBold line\n-word\n1.5 l\n",
        ),
        ("a\r\n- b\r\n\u2028- c\u2029", "a\nb.\n\nc.\n"),
    ],
)
def test_lines(text: str, said: str) -> None:
    assert heard(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('See [the *docs*](https://example.com/a_(b)?c=d "Title") now.', "See the docs now."),
        ("([example.com](https://example.com/?utm_source=x))", "(example.com)"),
        ("[https://www.example.com/x](https://www.example.com/x) [a\\]b](c) []()", "example.com a]b "),
        ("![Garden at night](/api/camera.jpg) Look! ![x](y)! !not", "Garden at night Look! x! !not"),
        ("![a](data:image/png;base64," + "A" * 5000 + ") end", "a end"),
        ("[open](never closed\nNext line", "open\nNext line"),
        ("It rains.[^1] It snows[^long-name]", "It rains. It snows"),
        ("Rain【4:0†source】.", "Rain."),
        ("https://www.example.com/a/b?c=d#e. Then (http://example.org/x) or", "example.com. Then (example.org) or"),
        ("https://user:secret@host.local:8123/x, WWW.Example.com!", "host.local:8123, Example.com!"),
        (
            "siehe https://münchen.de/straße, 请看https://example.com/a查看。好",
            "siehe münchen.de, 请看example.com查看。好",
        ),
        ("<https://example.com/x> <me@example.com> https:// x", "example.com me@example.com https:// x"),
        ("https://a.org/b_(c) and (see https://a.org/b_(c)d). (https://a.org/b", "a.org and (see a.org). (a.org"),
        ("https://a.org/(" + "b" * 200 + ") https://a.org/(c", "a.org(" + "b" * 200 + ") a.org(c"),
        ("https://example.com/" + "a" * 5000 + "... end", "example.com... end"),
        ("mailto: **https://example.com/**", "mailto: example.com"),
    ],
)
def test_links_and_addresses(text: str, said: str) -> None:
    assert heard(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("AT&amp;T &lt;b&gt; &quot;x&quot; &#39; &#x41; &nbsp;.", 'AT&T <b> "x" \' A \u00a0.'),
        ("&unknown; &#xD800; &#0; &#99999999; &amp", "&unknown;   &#99999999; &amp"),
        ('<break time="2s"/>Stop<speak>a</speak> <prosody rate="x">b</prosody>', "Stopa b"),
        ("<b>bold</b> a<br>b<br/>c <a href='x'>link</a><!-- hidden\n --> end", "bold a\nb\nc link end"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo\n"),
        ("<b <i>x</i> <b x=\ny>", "<b x <b x=\ny>"),
        ("<!-- never closed", "<!-- never closed"),
    ],
)
def test_tags_and_entities(text: str, said: str) -> None:
    """Case 1: what is no markup of the text is spoken, what is, is dropped; nothing of a person's is carried out."""
    assert heard(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Done! 🎉 Great 👩‍👩‍👧 you 👍🏽🇩🇪 and ☀️.", "Done! Great you and ."),
        ("🎉 Party\n✅ Milk\n1️⃣ First", "Party\nMilk\n1 First"),
        ("fin🎉Now 好的👍明天 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "fin Now 好的明天 "),
        ("ok\x00\x0b\ufffe\U0001ffff\ud800 \u202eon\u202c \ufeffSchreib\u00adtisch \ue000", "ok on Schreibtisch "),
        ("\ud83d\ude00a\ud842\udfb7b", "a𠮷b"),
        ("Wait!!!!!! Hm....... —— ████▒▒ 50 %", "Wait!!! Hm... —— 50 %"),
        ("\u200da \u200c b", "a  b"),
    ],
)
def test_characters_that_are_not_said(text: str, said: str) -> None:
    assert heard(text) == said


@pytest.mark.parametrize(
    "text", ["", " \n", "😀", "```\ncode\n```", "---", "* * *", "<br/>", "...", "\x00", "[](x)", "?!", "``"]
)
def test_nothing_speakable_is_nothing(text: str) -> None:
    assert not is_speakable(heard(text))


@pytest.mark.parametrize("text", ["a", "5", "字", "&", "%", "€", "°", "+", "½", "๕"])
def test_whatever_has_a_name_is_speakable(text: str) -> None:
    assert is_speakable(heard(text))


@settings(max_examples=500)
@given(in_pieces())
def test_any_way_of_cutting_is_heard_the_same(cut: tuple[str, list[str]]) -> None:
    text, pieces = cut
    assert heard(*pieces) == heard(text) == heard(*text)


@given(in_pieces())
def test_all_that_is_heard_may_be_in_xml(cut: tuple[str, list[str]]) -> None:
    said = heard(*cut[1])
    assert all(character in "\t\n" or " " <= character < "\ud800" or character >= "\ue000" for character in said)
    assert not {"\ufffe", "\uffff"} & set(said)


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["It is", " sunny."], ["It is", " sunny."]),
        (["**It", "** is", " so. "], ["It", " is", " so. "]),
        (
            ["See [the", " docs](https", "://a.b/c) now"],
            ["See ", "", "the docs now"][:1] + ["", "the docs now"][:0] + ["the docs", " now"],
        ),
        (["- a. ", "b"], ["a.", " b"]),
        (["5 < 6 ", "& 7 ", "ok! "], ["5 < 6 ", "& 7 ", "ok! "]),
    ],
)
def test_what_can_be_passed_on_is_passed_on(pieces: list[str], said: list[str]) -> None:
    spoken = SpokenText()
    assert [part for piece in pieces if (part := spoken.add(piece))] == said


def test_a_pause_lets_go_of_a_mark_that_might_have_begun_a_picture() -> None:
    spoken = SpokenText()
    assert spoken.add("Un instant !") == "Un instant "
    assert spoken.pause() == "!"
    assert spoken.pause() == ""
    assert spoken.add(" **") == " "
    assert spoken.pause() == ""
    assert spoken.add("Voilà**") + spoken.flush() == "Voilà"


@pytest.mark.parametrize("begins", [fragment for fragment in FRAGMENTS if fragment.strip()])
def test_nothing_waits_for_ever(begins: str) -> None:
    """Whatever seems to begin, a line or a few hundred characters of text end it."""
    spoken = SpokenText()
    fence = begins.startswith(("```", "~~~"))
    said = spoken.add(f"text {begins}" if not fence else begins) + spoken.add("word " * 500 + "\n")
    assert fence or "word word" in said


@pytest.mark.parametrize(
    "repeated", ["a ", "*a", "[", "<b ", "&", "!", "https://a.b ", "a`", "- a\n", "|a", "é", "😀", "【", "> "]
)
def test_it_takes_time_in_proportion_to_the_text(repeated: str) -> None:
    assert growth(heard, repeated) < PROPORTIONAL
