"""What can be wrong in a module: Cosmic Ray's operators, and one of ours, each applied in one place."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
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


def mutants(paths: list[Path], random: Random) -> Iterator[tuple[Path, str]]:
    """Give modules with a mistake in each, in random order: one for each place where one can be made.

    One, since Cosmic Ray has eleven for a plus, and but two for a number.
    """
    operators: list[Operator] = [LeaveOutStatement()]
    operators += [get_operator(name)() for name in operator_names() if not get_operator(name).arguments()]
    places = defaultdict(list)
    for path in paths:
        nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
        for operator in operators:
            positions = (position for node in nodes for position in operator.mutation_positions(node))
            for occurrence, (start, _end) in enumerate(positions):
                places[path, start].append((operator, occurrence))
    drawn = list(places.items())
    random.shuffle(drawn)
    for (path, _start), mistakes in drawn:
        operator, occurrence = random.choice(mistakes)
        text = path.read_text(encoding="utf-8")
        mutated = MutationVisitor.mutate_code(text, operator, occurrence)
        if mutated and _differ(text, mutated):
            yield path, mutated


def _differ(text: str, mutated: str) -> bool:
    try:
        before, after = (ast.dump(_WithoutAnnotations().visit(ast.parse(each))) for each in (text, mutated))
    except SyntaxError:
        return False
    return before != after
