"""What can be wrong in a module: Cosmic Ray's operators, and one of ours, each applied in one place."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names
from parso.python.tree import Keyword, PythonNode
from parso.tree import NodeOrLeaf


class LeaveOutStatement(Operator):  # type: ignore[misc]  # untyped
    """Leaves out a statement: what is forgotten rather than confused, which Cosmic Ray has not."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        # A name that is not there at all outside of functions would not even be imported; a line in the log may go.
        if (
            node.type == "simple_stmt"
            and node.children[0].type in {"expr_stmt", "atom_expr", "return_stmt", "raise_stmt", "del_stmt"}
            and node.search_ancestor("funcdef") is not None
            and not node.get_code(include_prefix=False).startswith("_LOGGER.")
        ):
            yield node.start_pos, node.end_pos

    def mutate(self, node: PythonNode, _index: int) -> PythonNode:
        first = node.get_first_leaf()
        node.children[0] = Keyword("pass", first.start_pos, first.prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class _WithoutAnnotations(ast.NodeTransformer):
    """What runs: annotations do not."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_TypeAlias(self, node: ast.TypeAlias) -> ast.AST:
        node.value = ast.Constant(None)
        return node

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _visit_function  # noqa: N815


@dataclass
class Mutant:
    """A module's text with a mistake in it."""

    text: str
    line: int
    lines: range | None
    """Those of the statement that is wrong, if it is in a function."""


def mutants(text: str, random: Random) -> Iterator[Mutant]:
    """Give a module's mistakes in random order: one for each place where one can be made.

    One, since Cosmic Ray has eleven for a plus, and but two for a number.
    """
    operators: list[Operator] = [LeaveOutStatement()]
    operators += [get_operator(name)() for name in operator_names() if not get_operator(name).arguments()]
    places = defaultdict(list)
    nodes = list(ast_nodes(get_ast(text)))
    for operator in operators:
        positions = (position for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (start, _end) in enumerate(positions):
            places[start].append((operator, occurrence))
    drawn = list(places.items())
    random.shuffle(drawn)
    for (line, _column), mistakes in drawn:
        operator, occurrence = random.choice(mistakes)
        mutated = MutationVisitor.mutate_code(text, operator, occurrence)
        if mutated and _differ(text, mutated):
            yield Mutant(mutated, line, _statement(ast.parse(text), line))


def _differ(text: str, mutated: str) -> bool:
    try:
        before, after = (ast.dump(_WithoutAnnotations().visit(ast.parse(each))) for each in (text, mutated))
    except SyntaxError:
        return False
    return before != after


def _statement(module: ast.Module, line: int) -> range | None:
    """Return the lines of the statement in a function to which a line belongs: of one with a body, up to that."""
    functions = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    statements = (node for function in functions for part in function.body for node in ast.walk(part))
    found = (_lines(node) for node in statements if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case))
    return min((lines for lines in found if line in lines), key=len, default=None)


def _lines(node: ast.stmt | ast.excepthandler | ast.match_case) -> range:
    first = node.pattern if isinstance(node, ast.match_case) else node
    body = getattr(node, "body", None)
    return range(first.lineno, body[0].lineno if body else (first.end_lineno or first.lineno) + 1)
