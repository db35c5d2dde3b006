"""The home's sentences, made ready for the walk: hassil's public expression trees, with what is alike in them made one.

Made once for a language; the home's names and areas come later, by the names of their lists.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hassil.errors import HassilError
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import IntentData, Intents, RangeSlotList, SlotList
from hassil.string_matcher import WORD_END_CHARS

from .wording import fold, pressed


class Pattern:
    """A part of a template."""

    __slots__ = ("uses",)

    def __init__(self, uses: frozenset[str] = frozenset()) -> None:
        """Note the lists and rules it refers to, however deep."""
        self.uses = uses


class Words(Pattern):
    """Text, as it is."""

    __slots__ = ("bare", "blank", "empty", "ends_word", "text", "tight")

    def __init__(self, text: str) -> None:
        """Prepare what a text is compared with: with its spaces, without those before it, and without any."""
        super().__init__()
        self.text = text
        self.bare = text.lstrip()
        self.tight = pressed(text)
        self.empty = not text
        self.blank = not self.bare
        self.ends_word = text.endswith(WORD_END_CHARS)


class Parts(Pattern):
    """Several parts."""

    __slots__ = ("items",)

    def __init__(self, *items: Pattern) -> None:
        """Hold the parts."""
        super().__init__(frozenset[str]().union(*(item.uses for item in items)))
        self.items = items


class InTurn(Parts):
    """All of them, one after the other."""

    __slots__ = ()


class InAnyOrder(Parts):
    """All of them, in any order."""

    __slots__ = ()


class OneOf(Parts):
    """One of them."""

    __slots__ = ()


class Slot(Pattern):
    """A place for a value of a list."""

    __slots__ = ("is_capture", "list_name", "slot", "unlisted")

    def __init__(self, list_name: str, slot: str, is_capture: bool, inline: tuple[int, int, int] | None) -> None:  # noqa: FBT001 - as hassil has it
        """Note the list's name; a range that stands in the template itself is a list for this place only."""
        super().__init__(frozenset((in_braces(list_name),)))
        self.list_name = list_name
        self.slot = slot
        self.is_capture = is_capture
        self.unlisted = None if inline is None else RangeSlotList(list_name, *inline)


class Rule(Pattern):
    """What stands elsewhere, by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str, uses: frozenset[str]) -> None:
        """Note the name, and what the rule refers to."""
        super().__init__(uses | {in_angles(name)})
        self.name = name


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One sentence of an intent."""

    intent: str
    data: IntentData


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What is not the same in the templates of all intents: own rules and lists, and who of a list may be named."""

    required: Mapping[str, Any]
    excluded: Mapping[str, Any]
    rules: Mapping[str, Pattern]
    lists: Mapping[str, SlotList]

    @property
    def own(self) -> frozenset[str]:
        """The rules and lists that mean something else here."""
        return frozenset((*map(in_angles, self.rules), *map(in_braces, self.lists)))


@dataclass(slots=True, eq=False)
class Branch:
    """Templates that begin alike: those that end here, and how others go on."""

    templates: list[Template] = field(default_factory=list)
    following: dict[Pattern, Branch] = field(default_factory=dict)

    def add(self, items: Iterable[Pattern], template: Template) -> None:
        """Add a template that has these parts."""
        branch = self
        for item in items:
            branch = branch.following.setdefault(item, Branch())
        branch.templates.append(template)


class Patterns:
    """All sentences of a language."""

    def __init__(self, intents: Intents) -> None:
        """Prepare them. Takes some tenths of a second; `intents` is not kept."""
        self.tight = intents.settings.ignore_whitespace
        self.skip_words = [word.strip() for word in intents.skip_words if word.strip()]
        self.lists = intents.slot_lists
        self.rules = Rules(intents.expansion_rules)
        self.branches: dict[Scope, Branch] = {}
        scopes: dict[str, Scope] = {}
        for intent in intents.intents.values():
            for data in intent.data:
                rules = Rules(data.expansion_rules, self.rules)
                own = {name: rules[name] for name in data.expansion_rules}
                scope = Scope(data.requires_context, data.excludes_context, own, data.slot_lists)
                if not (own or scope.lists):
                    scope = scopes.setdefault(repr((scope.required, scope.excluded)), scope)
                branch = self.branches.setdefault(scope, Branch())
                template = Template(intent.name, data)
                for sentence in sentences_of(data):
                    pattern = rules.prepared(sentence.expression)
                    branch.add(pattern.items if isinstance(pattern, InTurn) else (pattern,), template)


def sentences_of(data: IntentData) -> list[Sentence]:
    """Return the templates of an intent; none if hassil cannot read one of them, since it then understands nothing."""
    try:
        return data.sentences
    except HassilError, ValueError:
        return []


class Rules:
    """Rules by their names, each prepared when it is first asked for, and what is prepared with them."""

    def __init__(self, rules: Mapping[str, Sentence], beyond: Rules | None = None) -> None:
        """Take an intent's rules, beyond which are those of all; or these."""
        self._rules = rules
        self._beyond = beyond
        self._prepared: dict[str, Pattern | None] = {}
        self._one: dict[Hashable, Pattern] = {} if beyond is None else beyond._one  # noqa: SLF001 - of the same class

    def __getitem__(self, name: str) -> Pattern:
        """Return a rule's pattern. Raises KeyError if there is none, or it is within itself."""
        if name not in self._rules:
            if self._beyond is None:
                raise KeyError(name)
            return self._beyond[name]
        if name not in self._prepared:
            self._prepared[name] = None
            self._prepared[name] = self.prepared(self._rules[name].expression)
        pattern = self._prepared[name]
        if pattern is None:
            raise KeyError(name)
        return pattern

    def prepared(self, expression: Expression) -> Pattern:
        """Return the pattern of an expression, one for all that is alike. May raise RecursionError, for nobody's."""
        match expression:
            case TextChunk():
                return self._alike(Words, fold(expression.text))
            case ListReference():
                inline = expression.get_inline_range()
                return self._alike(Slot, expression.list_name, expression.slot_name, expression.is_capture, inline)
            case RuleReference():
                try:
                    uses = self[expression.rule_name].uses
                except KeyError:
                    uses = frozenset()
                return self._alike(Rule, expression.rule_name, uses)
            case Group():
                return self._group(expression)
        raise TypeError(expression)

    def _group(self, group: Group) -> Pattern:
        items = [self.prepared(item) for item in group.items]
        kind: type[Parts] = InTurn
        if isinstance(group, Alternative):
            kind = OneOf
            items = list(dict.fromkeys(parts_of(items, OneOf)))
        elif isinstance(group, Permutation):
            kind = InAnyOrder
        else:
            items = [item for item in parts_of(items, InTurn) if not (isinstance(item, Words) and item.empty)]
            if not items:
                return self._alike(Words, "")
        return items[0] if len(items) == 1 else self._alike(kind, *items)

    def _alike(self, kind: type[Pattern], *what: Any) -> Pattern:
        key = (kind, *what)
        if key not in self._one:
            self._one[key] = kind(*what)
        return self._one[key]


def parts_of(items: Iterable[Pattern], kind: type[Parts]) -> Iterator[Pattern]:
    """Yield the items, and the parts of those that are themselves of this kind."""
    for item in items:
        if isinstance(item, kind):
            yield from item.items
        else:
            yield item


def in_braces(name: str) -> str:
    """Return how a template refers to a list."""
    return f"{{{name}}}"


def in_angles(name: str) -> str:
    """Return how a template refers to a rule."""
    return f"<{name}>"
