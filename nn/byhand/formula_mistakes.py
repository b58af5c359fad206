"""Mistakes that are seen in a formula: constants, softmax, the averages of momentum and Adam."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from autograd.program import Line, Operand
from autograd.symbolic import constant, minus, name, plus, summed, terms, times
from nn.byhand.calculation import HandCalculation
from nn.byhand.rewriting import Rewritten, by_place
from nn.byhand.trees import (
    changed,
    constant_factor,
    factors,
    is_one_less,
    joined,
    product,
)

__all__ = [
    "average_mistaken",
    "betas_exchanged",
    "constants",
    "correction_left_out",
    "epsilon_in_root",
    "softmax",
    "velocity_unused",
]


# --- constants ------------------------------------------------------------------------------------


def constants(step: HandCalculation) -> Rewritten:
    """A constant factor left out or taken twice, where no rule of a network says which it is."""
    if step.layers:
        return
    for line in step.of_kind("value", "partial", "gradient"):
        number = constant_factor(line.tree)
        if number is not None and "above" not in line.variables:
            shown = f"{number:.6g}"
            yield (shown, "left out of", line.symbol), [line.rewritten(f"{{}} / {abs(number)!r}")]
            yield (shown, "taken twice in", line.symbol), [line.rewritten(f"{{}} * {abs(number)!r}")]


# --- softmax --------------------------------------------------------------------------------------


def _softmaxes(step: HandCalculation) -> Iterator[dict[str, str]]:
    """The softmax functions among the formulas: by each z its p."""
    lines = step.program.lines
    found: dict[str, dict[str, str]] = {}
    for line in step.of_kind("value"):
        match line.tree:
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="exp"), args=[ast.Name(id=z)]), op=ast.Div(), right=right
            ):
                known = dict(zip(line.variables, line.operands, strict=True))
                total = joined(line, right).formula
                if isinstance(right, ast.Name) and (below := lines.get(str(known.get(right.id)))):
                    right, total = below.tree, below.symbol
                    known |= dict(zip(below.variables, below.operands, strict=True))
                logits = [_of_exp(term) for less, term in terms(right)]
                if len(logits) > 1 and None not in logits and isinstance(known.get(z), str):
                    found.setdefault(total, {})[str(known[z])] = line.symbol
    yield from (each for each in found.values() if len(each) > 1)


def _of_exp(tree: ast.expr) -> str | None:
    match tree:
        case ast.Call(func=ast.Name(id="exp"), args=[ast.Name(id=symbol)]):
            return symbol
    return None


def softmax(step: HandCalculation) -> Rewritten:
    """The Jacobian of softmax taken of z, or its diagonal alone; p where p − t belongs."""
    for found in _softmaxes(step):
        ways: dict[str, list[Line]] = {}
        for z, p in found.items():
            line = step.program.derivative(step.error, z)
            above = {k: step.program.derivative(step.error, k) for k in found.values()}
            if line is None or None in above.values():
                continue
            of_z = _back(z, {k: name(k) for k in found}, {k: above[p] for k, p in found.items()})
            ways.setdefault("the Jacobian of softmax is taken of z, not of p", []).append(
                joined(line, of_z)
            )
            own = {z: above[p]}
            ways.setdefault("only the diagonal of softmax's Jacobian is taken", []).append(
                joined(line, _back(z, {z: name(p)}, own))
            )
            ways.setdefault("p stands where p − t belongs", []).append(joined(line, name(p)))
        for says, lines in ways.items():
            yield (says,), lines


def _back(z: str, outs: dict[str, ast.Name], above: dict[str, Line | None]) -> ast.expr:
    """Σ ∂E/∂pₖ · pₖ (δₖᵢ − pᵢ), with other numbers for p."""
    total: ast.expr = ast.Constant(0.0)
    for k, line in above.items():
        assert line is not None
        slope = times(outs[k], minus(ast.Constant(1.0 if k == z else 0.0), outs[z]))
        number = constant(line.tree)
        gradient = ast.Constant(number) if number is not None else name(line.symbol)
        total = plus(total, ast.BinOp(gradient, ast.Mult(), slope))
    return total


# --- momentum and Adam ----------------------------------------------------------------------------


def _averages(step: HandCalculation) -> list[Line]:
    """The lines that averages may stand in: values of formulas, buffers of a network's optimizer."""
    return step.of_kind("buffer") if step.layers else step.of_kind("value")


def _together(
    step: HandCalculation, lines: Iterable[tuple[Line, ast.expr]]
) -> Iterator[tuple[str, list[Line]]]:
    """Lines with other trees: all, and those of each place; that is a formula, or a letter of a network.

    A network has as many averages as parameters: who mistakes one mistakes all.
    """
    found = [line.with_tree(tree) for line, tree in lines if ast.dump(tree) != ast.dump(line.tree)]
    if not step.layers:
        yield from by_place(step, found, lambda line: line.symbol)
        return
    letters: dict[str, list[Line]] = {}
    for line in found:
        letters.setdefault(line.symbol[0], []).append(line)
    if found:
        yield "", found
    if len(letters) > 1:
        yield from ((f", in {letter}", own) for letter, own in letters.items())


def correction_left_out(step: HandCalculation) -> Rewritten:
    """M / (1 − βᵗ) without the division."""

    def without(part: ast.expr) -> ast.expr | None:
        match part:
            case ast.BinOp(left=left, op=ast.Div(), right=right) if _is_correction(right):
                return left
        return None

    lines = [(line, changed(line.tree, without)) for line in _averages(step)]
    for where, own in _together(step, lines):
        yield (where,), own


def _is_correction(tree: ast.expr) -> bool:
    inside = is_one_less(tree)
    return inside is not None and (
        isinstance(inside, ast.Name)
        or (isinstance(inside, ast.BinOp) and isinstance(inside.op, ast.Pow))
    )


def epsilon_in_root(step: HandCalculation) -> Rewritten:
    """√v + ε written √(v + ε)."""

    def inside(part: ast.expr) -> ast.expr | None:
        match part:
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="sqrt"), args=[v]), op=ast.Add(), right=epsilon
            ):
                return ast.Call(ast.Name("sqrt"), [ast.BinOp(v, ast.Add(), epsilon)], [])
            case ast.BinOp(
                left=epsilon, op=ast.Add(), right=ast.Call(func=ast.Name(id="sqrt"), args=[v])
            ):
                return ast.Call(ast.Name("sqrt"), [ast.BinOp(v, ast.Add(), epsilon)], [])
        return None

    lines = [(line, changed(line.tree, inside)) for line in _averages(step)]
    found = [line.with_tree(tree) for line, tree in lines if ast.dump(tree) != ast.dump(line.tree)]
    if found:
        yield (), found


def _weights_of_averages(step: HandCalculation) -> list[str]:
    """The given numbers β of which some formula has the 1 − β as well."""
    found: dict[str, None] = {}
    for line in _averages(step):
        known = dict(zip(line.variables, line.operands, strict=True))
        for part in ast.walk(line.tree):
            one_less = is_one_less(part) if isinstance(part, ast.expr) else None
            if isinstance(one_less, ast.Name) and known.get(one_less.id) in step.program.given:
                found[str(known[one_less.id])] = None
    return [*found]


def betas_exchanged(step: HandCalculation) -> Rewritten:
    """β₁ and β₂ in each other's place."""
    betas = _weights_of_averages(step)
    if len(betas) == 2:
        others = {betas[0]: betas[1], betas[1]: betas[0]}
        names = ("β₁", "β₂") if step.layers else tuple(betas)
        yield names, [line.with_operands(others) for line in _averages(step)]


def average_mistaken(step: HandCalculation) -> Rewritten:
    """β m + (1 − β) g without the 1 − β, or μ v + g with it."""
    averages = set(_weights_of_averages(step))
    found: dict[str, list[tuple[Line, ast.expr]]] = {"left out": [], "added": []}
    for line in _averages(step):
        known = dict(zip(line.variables, line.operands, strict=True))
        parts = terms(line.tree)
        for number, (less, term) in enumerate(parts):
            kept = [part for part in factors(term) if is_one_less(part[0]) is None]
            if len(parts) == 2 and 0 < len(kept) < len(factors(term)):
                others = [*parts[:number], (less, product(kept)), *parts[number + 1 :]]
                found["left out"].append((line, summed(others)))
        if len(parts) != 2 or not _is_computed(step, known, parts[1][1]):
            continue
        first = [part for part, _ in factors(parts[0][1])]
        for part in first:
            if (
                isinstance(part, ast.Name)
                and len(first) == 2
                and known.get(part.id) in step.program.given
                and known[part.id] not in averages
                and known[part.id] not in step.program.updates
            ):
                one_less = ast.BinOp(ast.Constant(1.0), ast.Sub(), part)
                other = ast.BinOp(one_less, ast.Mult(), parts[1][1])
                found["added"].append((line, summed([parts[0], (parts[1][0], other)])))
    for what, lines in found.items():
        if step.layers:
            for where, own in _together(step, lines):
                yield (what, where), own
        else:
            for line, tree in lines:
                yield (what, f", in {line.symbol}"), [line.with_tree(tree)]


def _is_computed(step: HandCalculation, known: dict[str, Operand], tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name) and known.get(tree.id) in step.program.lines


def velocity_unused(step: HandCalculation) -> Rewritten:
    """The update goes by the gradient itself, and not by what is remembered of those before."""
    found = []
    for line in step.of_kind("change", "update"):
        gradient = step.program.derivative(step.error, line.below)
        direction = line.operand("gradient")
        if gradient is not None and isinstance(direction, str) and direction != gradient.symbol:
            found.append(line.with_operands({direction: gradient.symbol}))
    yield (), found
    for line in () if step.layers else step.of_kind("value"):
        if (gradient_of := _averaged(step, line)) is not None:
            users = [step.program.lines[user] for user in step.program.users[line.symbol]]
            yield (), [user.with_operands({line.symbol: gradient_of}) for user in users]


def _averaged(step: HandCalculation, line: Line) -> str | None:
    """Of μ v + g, or β m + (1 − β) g, with given μ and v, the g; None of anything else."""
    known = dict(zip(line.variables, line.operands, strict=True))
    parts = terms(line.tree)
    if len(parts) != 2 or any(less for less, _ in parts):
        return None
    first, second = ([part for part, _ in factors(term)] for _, term in parts)
    given = [isinstance(each, ast.Name) and known.get(each.id) in step.program.given for each in first]
    rest = [each for each in second if is_one_less(each) is None]
    if given != [True, True] or len(rest) != 1 or not _is_computed(step, known, rest[0]):
        return None
    (part,) = rest
    assert isinstance(part, ast.Name)
    return str(known[part.id])
