"""The goals and the plots of ``docs/speed.md``, from its tables: ``python -m benchmarks.speed_page``.

``python -m benchmarks.replay --write``, which measures the tables, does this too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.pages import cells, put, table
from benchmarks.replay_ours import NATIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PAGE", "PLOTS", "Tables", "goals", "read", "write"]

PAGE = Path(__file__).parents[1] / "docs" / "speed.md"
#: The works of the first tables, in their order.
_WORKS = ("call", "loop", "batch")


class Tables(NamedTuple):
    """What the page has measured.

    Attributes:
        work: by work and engine, the time in the table's unit, and how many times ours it is.
        sizes: by number of nodes, the nanoseconds of a node by the interpreter and compiled, and the
            microseconds it takes to compile one; None where it is not compiled.
        batches: by number of examples, the nanoseconds of an example by one thread and by two.
    """

    work: Mapping[str, Mapping[str, tuple[float, float]]]
    sizes: Mapping[int, tuple[float, float | None, float | None]]
    batches: Mapping[int, tuple[float, float | None]]


def _number(cell: str) -> float | None:
    return float(cell.replace(",", "")) if cell else None


def _certain(cell: str) -> float:
    found = _number(cell)
    assert found is not None
    return found


def read(text: str) -> Tables:
    """The tables of a page."""
    *works, sizes, batches = [cells(each) for each in table("measured", text).split("\n\n")[:5]]
    return Tables(
        {
            name: {row[0]: (_certain(row[1]), _certain(row[2])) for row in rows if row[2]}
            for name, rows in zip(_WORKS, works, strict=True)
        },
        {int(_certain(row[0])): (_certain(row[1]), _number(row[2]), _number(row[3])) for row in sizes},
        {int(_certain(row[0])): (_certain(row[1]), _number(row[2])) for row in batches},
    )


def goals(tables: Tables) -> str:
    """The table of the goals, and whether they are reached."""
    call, loop, batch = (tables.work[each] for each in _WORKS)
    found: list[tuple[str, str, str, bool | None]] = []

    def ahead(work: Mapping[str, tuple[float, float]], what: str, peer: str, least: float) -> None:
        goal = (
            f"{what}: {least:g} times as fast as {peer}" if least > 1.0 else f"{what}: ahead of {peer}"
        )
        if peer not in work:
            found.append((goal, "", "not measured", None))
            return
        ratio = work[peer][1]
        found.append((goal, f"≥ {least:g}", f"{ratio:.2f} times", ratio >= least))

    def at_most(what: str, most: float, got: float, unit: str) -> None:
        found.append((what, f"≤ {most:g} {unit}", f"{got:.3g} {unit}", got <= most))

    at_most("W1, a loop: C by hand", 1.5, 1.0 / loop["C by hand"][1], "times")
    ahead(loop, "W1, a loop", "casadi", 1.0)
    at_most("W1, a call from Python", 0.3, call[NATIVE][0], "µs")
    at_most("W2: C by hand", 3.0, 1.0 / batch["C by hand"][1], "times")
    ahead(batch, "W2", "casadi", 5.0)
    for peer in ("ddx-ad", "numpy", "jax", "torch"):
        ahead(batch, "W2", peer, 1.0)
    for count, (interpreted, _, _) in tables.sizes.items():
        if count > 2000:
            at_most(f"{count:,} nodes, each", 40.0, interpreted, "ns")
    words = {True: "reached", False: "**missed**", None: ""}
    lines = ["| goal | | measured | |", "| --- | ---: | ---: | --- |"]
    lines += [f"| {goal} | {limit} | {got} | {words[met]} |" for goal, limit, got, met in found]
    return "\n".join(lines)


# --- plots --------------------------------------------------------------------------------------------


def _bars(ax: Axes, found: Mapping[str, tuple[float, float]], unit: str, title: str) -> None:
    names = sorted(found, key=lambda name: found[name][0], reverse=True)
    colours = ["C0" if name.startswith("autograd") else "C7" for name in names]
    bars = ax.barh(names, [found[name][0] for name in names], color=colours)
    ax.bar_label(bars, [f"{found[name][0]:,.3g}" for name in names], padding=3)
    ax.set(xscale="log", title=title, xlabel=unit)
    ax.margins(x=0.15)
    ax.spines[["top", "right"]].set_visible(False)


def _curves(ax: Axes, found: Mapping[int, Sequence[float | None]], names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        points = [(count, row[place]) for count, row in found.items() if row[place] is not None]
        ax.plot(*zip(*points, strict=True), marker="o", label=name)
    ax.set(xscale="log", yscale="log")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)


def _draw_work(axes: Sequence[Axes], tables: Tables) -> None:
    titles = ("W1, a call from Python", "W1, a step in a loop", "W2, a step on 100 examples")
    for ax, name, title, unit in zip(axes, _WORKS, titles, ("µs", "ns", "µs"), strict=True):
        _bars(ax, tables.work[name], unit, title)


def _draw_sizes(axes: Sequence[Axes], tables: Tables) -> None:
    _curves(axes[0], tables.sizes, ("interpreter", "compiled"))
    axes[0].set(xlabel="nodes", ylabel="ns per node, both sweeps")
    _curves(axes[1], tables.batches, ("one thread", "two threads"))
    axes[1].set(xlabel="examples of W2 in a batch", ylabel="ns per example")


#: The plots: their files, how many panels they have in a column or a row, and what draws them.
PLOTS = {
    "speed-work.svg": ((3, 1), (7.0, 9.0), _draw_work),
    "speed-sizes.svg": ((1, 2), (9.0, 3.6), _draw_sizes),
}


def write(page: Path = PAGE) -> None:
    """Put the goals into the page, and the plots beside it."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    tables = read(page.read_text(encoding="utf-8"))
    put("goals", goals(tables), page)
    # text stays text, and the same numbers give the same file
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "speed", "font.size": 9}):
        for name, (shape, size, draw) in PLOTS.items():
            figure, axes = pyplot.subplots(*shape, figsize=size, layout="constrained")
            draw(axes, tables)
            figure.savefig(page.with_name(name), metadata={"Date": None})
            pyplot.close(figure)


if __name__ == "__main__":
    write()
