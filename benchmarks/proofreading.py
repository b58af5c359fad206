"""How often the proofreader names what was done wrong, and how often it accuses what is right.

    python -m benchmarks.proofreading

A corpus is made of computations whose numbers are drawn by seeds: in each page a mistake of the table
is planted, its figures are printed with some digits, all of them, the gradients alone, or the updates
alone. Half of the pages carry on all digits, half what they print. The tables stand in
docs/proofreading.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle, product
from math import isclose, isfinite
from pathlib import Path
from random import Random

from autograd.program import Line, LineError
from benchmarks.pages import put
from nn import Example, worked
from nn.byhand import HandCalculation, by_hand
from nn.byhand.mistakes import MISTAKES, Variant
from nn.byhand.rounding import Rounding
from nn.proofreading import Cause, Proof, proofread
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.page import Page as Printings
from nn.proofreading.stage import Stage
from nn.step.updates import UpdateRule
from nn.worked import Figure, FormulaExample, WorkedExample

PAGE = Path(__file__).parents[1] / "docs" / "proofreading.md"

#: How many significant digits the figures have.
DIGITS = (3, 4, 6)
#: What pages print, by the kinds of lines.
KINDS = {
    "full page": ("value", "partial", "contribution", "gradient", "buffer", "change", "update"),
    "gradients only": ("gradient of a parameter",),
    "updates only": ("update",),
}
#: How many pages there are for each mistake, kind of page and number of digits: so many times these.
EACH = 1
_OF_KIND = {"full page": 3, "gradients only": 1, "updates only": 1}
#: How many pages have two mistakes, and how many none.
TWO, RIGHT = 60, 300
#: A mistake has to make this much of a difference to some figure, in units of its last digit.
_VISIBLE = 5.0

_SHAPES = ((2, 2, 1), (2, 2, 2), (3, 2, 2), (2, 3, 1), (2, 2, 2, 2))
_ERRORS = ("half_squared_error", "mean_squared_error", "squared_error")
_FORMULAS: tuple[dict[str, str], ...] = (
    {"net": "w * x + b", "o": "sigmoid(net)", "e": "(t - o) ** 2 / 2"},
    {"a": "sigmoid(w * x + b)", "c": "tanh(a * w)", "d": "a * b", "e": "(t - c * d) ** 2"},
    {"y": "w * x + b", "z": "3 * y ** 2", "e": "z / 4 + t * y"},
    {"s": "exp(w) + exp(b)", "p1": "exp(w) / s", "p2": "exp(b) / s", "e": "-log(p2) * t ** 2"},
    {"g": "w * x", "m": "b * t + (1 - b) * g", "mh": "m / (1 - b ** 2)", "e": "w - 0.1 * mh"},
    {
        "g": "w * x",
        "m": "b * x + (1 - b) * g",
        "v": "t * x ** 2 + (1 - t) * g ** 2",
        "mh": "m / (1 - b ** 2)",
        "vh": "v / (1 - t ** 2)",
        "e": "w - 0.1 * mh / (sqrt(vh) + 0.1)",
    },
    {"q": "sigmoid(w * x + b)", "l": "log(q)", "e": "-t * l"},
    {"g": "w * x", "v": "t * x + g", "e": "w - b * v"},
)

Made = WorkedExample | FormulaExample


@cache
def computations(count: int = 60) -> tuple[Made, ...]:
    """Computations of every sort: networks of several shapes, activations and errors, and formulas."""
    found: list[Made] = []
    for seed in range(count):
        shape, activation = _SHAPES[seed % len(_SHAPES)], ("sigmoid", "tanh")[seed // 2 % 2]
        made = worked.exercise(seed, shape, activation=activation)
        examples = list(made.examples)
        if seed % 2:
            turned = [round(0.7 * x + 0.1, 2) for x in reversed(examples[0].inputs)]
            examples.append(Example(turned, [round(0.5 * x + 0.2, 2) for x in examples[0].targets]))
        error = _ERRORS[seed % len(_ERRORS)]
        if seed % 7 == 6 and activation == "sigmoid":
            error = "binary_cross_entropy"
            examples = [
                Example(each.inputs, [min(0.9, abs(x)) for x in each.targets]) for each in examples
            ]
        layers = made.layers
        if seed % 5 == 1 and shape[-1] > 1:
            error = "cross_entropy"
            layers = [*layers[:-1], replace(layers[-1], activation="linear")]
            examples = [Example(each.inputs, [1.0, 0.0]) for each in examples]
        rate = (0.5, 0.1, 0.3)[seed % 3]
        found.append(replace(made, layers=layers, error=error, examples=examples, learning_rate=rate))
        random = Random(seed)
        texts = _FORMULAS[seed % len(_FORMULAS)]
        values = {name: round(random.uniform(0.3, 0.95), 2) for name in "wxbt"}
        found.append(
            FormulaExample(
                name=f"formulas {seed}", values=values, formulas=texts, error="e",
                parameters=["w", "b"], learning_rate=rate,
            )
        )  # fmt: skip
    return (*found, *_rarer())


def _rarer() -> Iterator[WorkedExample]:
    """Networks whose optimizer remembers, those with three examples, and those with a constant input."""
    adam, momentum = UpdateRule("adam", 0.0, 0.9, 0.99, 0.1), UpdateRule(momentum=0.9)
    for seed, shape in enumerate(((2, 2, 1), (2, 2, 2), (2, 3, 2), (3, 2, 1), (2, 2, 2, 1)), 100):
        made = worked.exercise(seed, shape)
        yield replace(made, name=f"adam {seed}", update=adam)
        yield replace(made, name=f"momentum {seed}", update=momentum)
        (first,) = made.examples
        more = [
            Example(
                [round(a * x + 0.1, 2) for x in first.inputs],
                [round(b * x + 0.1, 2) for x in first.targets],
            )
            for a, b in ((0.6, 0.8), (-0.4, 0.5))
        ]
        yield replace(made, name=f"three {seed}", error="mean_squared_error", examples=[first, *more])
        yield replace(made, name=f"x0 {seed}", bias_convention="x0=1")


@cache
def calculation(number: int) -> HandCalculation:
    """A computation by hand."""
    return by_hand(computations()[number])


@dataclass(frozen=True)
class Page:
    """A page with what is wrong on it.

    Attributes:
        example: the computation, with the figures that are printed.
        planted: the mistakes; none on a right page.
        kind: what is printed.
        digits: how many significant digits are.
        number: which computation it is.
        carried: whether what is printed is carried on.
        made: the mistakes as they are made.
    """

    example: Made
    planted: tuple[str, ...]
    kind: str
    digits: int
    number: int
    carried: bool
    made: tuple[Variant, ...] = ()

    def same(self, made: Variant) -> set[str]:
        """The mistakes that lead to the very figures of the page in the place of one that was made.

        A mistake in one line is also one that writes this line alike, as a bias left out of a sum is.
        """
        texts = {figure.symbol: figure.printed for figure in self.example.figures}
        step = calculation(self.number)
        own = {(s, line.formula) for s, line in made.lines.items() if made.local}
        rest = [other for other in self.made if other is not made]
        return {
            other.mistake
            for other in all_variants(self.number)
            if not own.isdisjoint((s, line.formula) for s, line in other.lines.items())
            or printed(step, [*rest, other], self.kind, self.digits, carried=self.carried) == texts
        }


def printed_symbols(step: HandCalculation, kind: str) -> list[str]:
    """The symbols of what a page of a kind prints."""
    found = []
    for symbol, line in step.program.lines.items():
        sort = line.kind
        if sort == "gradient" and (line.below in step.program.updates):
            sort = "gradient of a parameter"
        kinds = KINDS[kind]
        shown = sort in kinds or line.kind in kinds
        if shown and line.operands and not line.copies and " " not in symbol and step.symbol(symbol):
            found.append(symbol)
    return found


def after_of(step: HandCalculation) -> int:
    """How many updates come before what a page prints: momentum shows when there is some."""
    return int("momentum" in step.program.given)


def printed(
    step: HandCalculation, variants: Sequence[Variant], kind: str, digits: int, *, carried: bool
) -> dict[str, str] | None:
    """The texts of a page's figures; None if some has no number."""
    program = step.program
    for variant in variants:
        program = program.rewritten(variant.lines.values())
    rounding = Rounding(digits)
    symbols = printed_symbols(step, kind)
    keep = (lambda _, number: rounding(number)) if carried else None
    try:
        numbers = program.run(symbols, program.train(after_of(step)), keep)
    except (LineError, OverflowError):
        return None
    if not all(map(isfinite, numbers.values())):
        return None
    return {symbol: rounding.text(number) for symbol, number in numbers.items()}


def page_of(
    number: int, variants: Sequence[Variant], kind: str, digits: int, *, carried: bool
) -> Page | None:
    """A page with some mistakes; None if they do not show on it."""
    step, example = calculation(number), computations()[number]
    texts = printed(step, variants, kind, digits, carried=carried)
    right = printed(step, (), kind, digits, carried=carried)
    if not texts or not right:
        return None
    for variant in variants:  # each has to make a difference
        without = printed(step, [v for v in variants if v is not variant], kind, digits, carried=carried)
        if without is None or not _differ(texts, without, digits):
            return None
    after = after_of(step)
    figures = [Figure(symbol=symbol, printed=text, after=after) for symbol, text in texts.items()]
    made = replace(example, figures=figures)
    names = tuple(v.mistake for v in variants)
    return Page(made, names, kind, digits, number, carried, tuple(variants))


def _differ(texts: dict[str, str], others: dict[str, str], digits: int) -> bool:
    return any(
        abs(float(texts[symbol]) - float(others[symbol]))
        > _VISIBLE * 10.0 ** -(digits - 1) * abs(float(others[symbol]))
        for symbol in texts
    )


@cache
def all_variants(number: int) -> tuple[Variant, ...]:
    """Every way to make a mistake in a computation."""
    return tuple(v for mistake in MISTAKES.values() for v in mistake.variants(calculation(number)))


def with_one_mistake(
    each: int,
    mistakes: Sequence[str] = tuple(MISTAKES),
    kinds: Sequence[str] = tuple(KINDS),
    counts: Sequence[int] = DIGITS,
) -> Iterator[Page]:
    """Pages with one mistake, for each mistake, kind of page and number of digits.

    Args:
        each: how many gradients only, or updates only; of full pages three times as many.
        mistakes: which mistakes.
        kinds: which kinds of pages.
        counts: how many digits.
    """
    for name in mistakes:
        place = [*MISTAKES].index(
            name
        )  # a page of one mistake is the same whichever others are asked for
        for kind in kinds:
            for digits in counts:
                random = Random(f"{name} {kind} {digits}")
                numbers = [*range(len(computations()))]
                random.shuffle(numbers)
                made, tried = 0, 0
                for number in numbers:
                    variants = list(MISTAKES[name].variants(calculation(number)))
                    if not variants or made == each * _OF_KIND[kind]:
                        continue
                    page = page_of(
                        number, [random.choice(variants)], kind, digits, carried=(made + place) % 2 == 1
                    )
                    tried += 1
                    if page is not None:
                        made += 1
                        yield page


def with_two_mistakes(count: int) -> Iterator[Page]:
    """Full pages with two mistakes."""
    random = Random("two")
    digits = cycle(DIGITS)
    made = 0
    while made < count:
        number = random.randrange(len(computations()))
        variants = all_variants(number)
        first, second = random.sample(variants, 2)
        if first.mistake == second.mistake or first.lines.keys() & second.lines.keys():
            continue
        page = page_of(number, [first, second], "full page", next(digits), carried=made % 2 == 1)
        if page is not None:
            made += 1
            yield page


def without_mistakes(count: int) -> Iterator[Page]:
    """Right pages, half of them with what is printed carried on."""
    random, sorts = Random("right"), cycle(product(KINDS, DIGITS))
    made = 0
    while made < count:
        number = random.randrange(len(computations()))
        page = page_of(number, (), *next(sorts), carried=made % 2 == 1)
        if page is not None:
            made += 1
            yield page


def causes(proof: Proof) -> list[frozenset[str]]:
    """What a page is put down to, surely; rounding apart."""
    return [
        frozenset(cause.names)
        for cause in proof.causes
        if not cause.weak and not {"rounded", "cut"} & {*cause.names}
    ]


def is_named(page: Page, proof: Proof) -> bool:
    """Whether each mistake of the page, or one that cannot be told from it, is among the causes."""
    found = causes(proof)
    return all(
        any(made.mistake in names for names in found)
        or any(not names.isdisjoint(page.same(made)) for names in found)
        for made in page.made
    )


def is_named_alone(page: Page, proof: Proof) -> bool:
    """Whether the mistake of the page, or one that cannot be told from it, is the only cause."""
    found = causes(proof)
    (name,) = page.planted
    if all(name in names for names in found):
        return bool(found)
    same = page.same(*page.made)
    return all(names & same for names in found)


def contradicted(page: Page, proof: Proof) -> list[Cause]:
    """The causes that an agreeing figure contradicts: it would be another if that had been done.

    A mistake that explains several figures is made throughout, alone and with the other causes, from
    the exact numbers and from the printed ones. If every way to make it changes a figure that agrees,
    the cause is contradicted. What was done at one figure alone says nothing of the others.
    """
    read = Printings(page.example)
    stage = read.stages[after_of(read.calculation)]
    agreeing = [each for each in read.figures if each.agrees and each.symbols]
    known = {variant.says: variant for variant in all_variants(page.number)}
    named = [cause for cause in proof.causes if len(cause.figures) > 1]
    made = [[v for says, v in known.items() if says in cause.says.split(", or ")] for cause in named]
    found = []
    for cause, own in zip(named, made, strict=True):
        others = [
            ways[0] for other, ways in zip(named, made, strict=True) if other is not cause and ways
        ]
        sets = [
            ({**v.lines}, {**{s: n for o in others for s, n in o.lines.items()}, **v.lines}) for v in own
        ]
        if own and not any(
            all(alone or all_of_them for alone, all_of_them in zip(*ways, strict=True))
            for ways in ([_fits(stage, lines, agreeing) for lines in both] for both in sets)
        ):
            found.append(cause)
    return found


def _fits(stage: Stage, lines: Mapping[str, Line], figures: Sequence[PrintedFigure]) -> list[bool]:
    """Whether each figure may be as it is printed with some lines written otherwise."""
    found = [False] * len(figures)
    for from_printed, right in ((False, stage.exact), (True, stage.follows)):
        numbers = stage.numbers(lines, from_printed=from_printed)
        for place, figure in enumerate(figures):
            number, by = numbers.own[figure.symbols[0]], numbers.radius.get(figure.symbols[0], 0.0)
            is_other = not isclose(number, right.own[figure.symbols[0]], rel_tol=1e-12)
            found[place] |= not is_other or figure.printed.meets(number - by, number + by)
    return found


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--each",
        type=int,
        default=EACH,
        help="pages for each mistake, kind and digits; of full pages three times as many",
    )
    parser.add_argument("--show", action="store_true", help="print the pages that fail")
    arguments = parser.parse_args()
    found: Counter[tuple[str, str, int]] = Counter()
    of: Counter[tuple[str, str, int]] = Counter()
    for page in with_one_mistake(arguments.each):
        proof = proofread(page.example)
        key = page.planted[0], page.kind, page.digits
        of[key] += 1
        found[key] += is_named_alone(page, proof)
        if arguments.show and not is_named_alone(page, proof):
            print(page.planted, page.kind, page.digits, page.example.name, causes(proof), flush=True)
    two = [(page, proofread(page.example)) for page in with_two_mistakes(TWO)]
    right = [(page, proofread(page.example)) for page in without_mistakes(RIGHT)]
    recall, pages = mistakes_table(found, of), pages_table(found, of, two, right)
    pages += "\n" + contradictions_row([*two, *right])
    for name, table in (("recall", recall), ("pages", pages)):
        print(table)
        put(name, table, PAGE)


def contradictions_row(read: Sequence[tuple[Page, Proof]]) -> str:
    """On some pages, how many causes are named that an agreeing figure contradicts."""
    cells = []
    for digits in DIGITS:
        some = [each for each in read if each[0].digits == digits]
        cells.append(str(sum(len(contradicted(*each)) for each in some)))
    title = "two mistakes, or none: causes that an agreeing figure contradicts"
    return f"| {title} | {len(read)} | {' | '.join(cells)} |"


def _share(
    found: Counter[tuple[str, str, int]],
    of: Counter[tuple[str, str, int]],
    keys: Sequence[tuple[str, str, int]],
) -> str:
    total = sum(of[key] for key in keys)
    return f"{100.0 * sum(found[key] for key in keys) / total:.0f} %" if total else "—"


def mistakes_table(found: Counter[tuple[str, str, int]], of: Counter[tuple[str, str, int]]) -> str:
    """By mistake and kind of page, how often it was named as the only cause."""
    rows = [
        "| mistake | " + " | ".join(f"{kind}, {digits}" for kind in KINDS for digits in DIGITS) + " |"
    ]
    rows.append("| --- |" + " --- |" * (len(KINDS) * len(DIGITS)))
    for name in MISTAKES:
        cells = [_share(found, of, [(name, kind, digits)]) for kind in KINDS for digits in DIGITS]
        rows.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def pages_table(
    found: Counter[tuple[str, str, int]],
    of: Counter[tuple[str, str, int]],
    two: Sequence[tuple[Page, Proof]],
    right: Sequence[tuple[Page, Proof]],
) -> str:
    """By kind of page and digits, how often all is as it should be."""
    rows = ["| pages | how many | 3 digits | 4 digits | 6 digits |", "| --- | --- | --- | --- | --- |"]
    for kind in KINDS:
        keys = [[key for key in of if key[1:] == (kind, digits)] for digits in DIGITS]
        total = sum(of[key] for some in keys for key in some)
        cells = [_share(found, of, some) for some in keys]
        rows.append(f"| {kind}: the mistake is the only cause | {total:,} | {' | '.join(cells)} |")
    cells = []
    for digits in DIGITS:
        some = [(page, proof) for page, proof in two if page.digits == digits]
        cells.append(
            f"{100.0 * sum(is_named(*each) for each in some) / len(some):.0f} %" if some else "—"
        )
    rows.append(f"| full pages with two mistakes: both are named | {len(two)} | {' | '.join(cells)} |")
    cells = []
    for digits in DIGITS:
        some = [proof for page, proof in right if page.digits == digits]
        figures = sum(map(len, some))
        accused = sum(finding.verdict == "wrong" for proof in some for finding in proof)
        cells.append(f"{accused} of {figures:,} figures")
    rows.append(f"| right pages: wrongly accused | {len(right)} | {' | '.join(cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
