"""What can be wrong in a module: Cosmic Ray's operators, and one of ours, each applied in one place."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from types import CodeType

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.number_replacer import NumberReplacer
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


class ReplaceNumber(NumberReplacer):  # type: ignore[misc]
    """Replaces a number, but not that of a module's constant: how long or how many that is was chosen."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        around = node.parent
        while around is not None and around.type in {"term", "arith_expr", "shift_expr", "power"}:
            around = around.parent
        constant = around is not None and around.type in {"annassign", "expr_stmt"}
        if not constant or node.search_ancestor("funcdef", "classdef") is not None:
            yield from super().mutation_positions(node)


class _WithoutAnnotations(ast.NodeTransformer):
    """What runs: annotations do not, nor what is for mypy alone."""

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
        node.decorator_list = [each for each in node.decorator_list if ast.unparse(each) != "override"]
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
    known = (get_operator(name) for name in operator_names())
    operators: list[Operator] = [LeaveOutStatement(), ReplaceNumber()]
    operators += [each() for each in known if each is not NumberReplacer and not each.arguments()]
    places = defaultdict(list)
    nodes = list(ast_nodes(get_ast(text)))
    for operator in operators:
        positions = ((node, start) for node in nodes for start, _end in operator.mutation_positions(node))
        for occurrence, (node, start) in enumerate(positions):
            # What stands in a decorator (frozen, slots) forbids what no code does: mypy sees to it.
            if node.search_ancestor("decorator") is None:
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
        return _instructions(text) != _instructions(mutated)
    except SyntaxError:
        return False


def _instructions(text: str) -> list[object]:
    """Return what is made of a module's text: the same of many that differ, as without the last "return None"."""
    made: list[object] = []
    tree = ast.fix_missing_locations(_WithoutAnnotations().visit(ast.parse(text)))
    left = [compile(tree, "", "exec")]
    for code in left:
        made += [code.co_code, code.co_exceptiontable, code.co_names, code.co_varnames, code.co_freevars]
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                left.append(constant)
            else:
                made.append(repr(constant))  # or 1 would be as good as True
    return made


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
