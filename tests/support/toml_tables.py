"""Files of worked examples as tables: written as TOML, drawn, and walked entry by entry."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import strategies as st


def toml(table: dict[str, Any]) -> str:
    """A table as a TOML file; inner tables are written in a line."""
    return "".join(f"{written(key)} = {written(entry)}\n" for key, entry in table.items())


def written(entry: Any) -> str:
    match entry:
        case bool():
            return str(entry).lower()
        case str():
            return json.dumps(entry, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(written, entry))}]"
        case dict():
            return (
                "{" + ", ".join(f"{written(key)} = {written(each)}" for key, each in entry.items()) + "}"
            )
        case _:
            return str(entry)


KEYS = [
    "title", "source", "bias_convention", "bias", "layers", "training", "examples", "notation", "error",
    "learning_rate", "update_biases", "activation", "weights", "inputs", "targets", "input",
    "hidden", "weight", "gradient",
]  # fmt: skip
keys = st.sampled_from(KEYS) | st.text(max_size=3)
scalars = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["sigmoid", "log", "none", "-b", "x0=1", "cross_entropy"])
    | st.sampled_from(["w{n}", "{neuron}", "{n!r}", "{", "\x1b[2J{n}", "E\u202e"])
    | st.text(max_size=5)
    | st.just(date(1979, 5, 27))
)
entries = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


def places(table: Any) -> list[tuple[Any, Any]]:
    """Every entry of nested tables and lists, as what holds it and where."""
    inside = list(table.items()) if isinstance(table, dict) else list(enumerate(table))
    return [
        place
        for key, entry in inside
        for place in [(table, key), *(places(entry) if isinstance(entry, dict | list) else [])]
    ]
