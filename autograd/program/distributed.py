"""Batches on a Dask cluster, with the same bits whatever the number of workers.

Examples are divided into chunks of a fixed size. A worker computes the values and the derivatives of one
chunk, in order; sums of neighbouring chunks are added, then sums of these, in a tree that the number of
chunks alone decides. So nothing depends on how many workers there are, on which of them is the first to
finish, or on what was computed a second time since a worker was killed.

What a task needs is in the tasks that it depends on, and never only in a worker's memory: Dask computes
again what was lost.
"""

from __future__ import annotations

import pickle
import threading
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from operator import is_
from typing import Any, NamedTuple, TypeVar

from autograd.program.chunks import Chunks, Packed, check_client, chunk_size_of, in_memory
from autograd.program.inputs import Inputs
from autograd.program.replay import Replay
from autograd.program.tape import Tape
from autograd.value import Value

__all__ = [
    "Part",
    "added",
    "batch",
    "here",
    "on_cluster",
    "sums_of",
    "tree_sum",
]

#: How many parts one task adds, a power of 2.
_FAN_IN = 16

T = TypeVar("T")


def tree_sum(parts: Sequence[T], add: Callable[[T, T], T]) -> T:
    """The sum of some parts: neighbours first, then neighbours among these sums, and so on.

    >>> tree_sum(list("abcde"), lambda left, right: f"({left}{right})")
    '(((ab)(cd))e)'
    """
    rest = list(parts)
    while len(rest) > 1:
        pairs = [add(*rest[n : n + 2]) for n in range(0, len(rest) - 1, 2)]
        rest = pairs + rest[2 * len(pairs) :]
    return rest[0]


class Part(NamedTuple):
    """What is known of some examples.

    Attributes:
        values: by chunk, the first output for each example; empty where they are not asked for.
        errors: by chunk, the sum of these.
        gradients: the derivative of their sum by each parameter.
    """

    values: list[array[float]]
    errors: list[float]
    gradients: array[float]


def added(left: Part, right: Part) -> Part:
    """What is known of the examples of both.

    >>> one = Part([], [3.0], array("d", [1.0]))
    >>> added(one, one)
    Part(values=[], errors=[3.0, 3.0], gradients=array('d', [2.0]))
    """
    pairs = zip(left.gradients, right.gradients, strict=True)
    return Part(
        left.values + right.values, left.errors + right.errors, array("d", [a + b for a, b in pairs])
    )


# --- in a worker ----------------------------------------------------------------------------------

# Each thread of a worker has its own copies, as a program has numbers of its own
_own = threading.local()
_MOST_REPLAYS = 8


def _given(what: T) -> T:
    """A task of its own for what others share, so that it is sent once, and again if it is lost."""
    return what


def _received(
    args: Any,
    names: Sequence[str],
    tapes: Sequence[Tape],
    count: int,
    own: int,
    engine: tuple[str, int | None, str],
) -> Replay:
    """A replay without its function, of leaves that are to be given numbers."""
    leaves = [Value(0.0) for _ in range(count)]
    replay = Replay(None, Inputs(args, names), leaves[:own], "raise")
    replay.use(leaves[own:])
    replay.engine = engine
    for tape in reversed(tapes):
        replay.add(None, tape, [])
    return replay


def _replay(content: bytes) -> Replay:
    """The replay that a worker got."""
    known = _own.__dict__.setdefault("replays", {})
    key = sha256(content).digest()
    if key not in known:
        while len(known) >= _MOST_REPLAYS:
            del known[next(iter(known))]
        known[key] = pickle.loads(content)()
    found: Replay = known[key]
    return found


def _part(replay: Replay, rows: Sequence[Sequence[float]], scale: float, *, values: bool) -> Part:
    """What one chunk contributes."""
    found, sums = replay.batch(rows, scale, [0.0] * replay.own)
    return Part([array("d", found)] if values else [], [sum(found)], array("d", sums))


def sums_of(
    content: bytes,
    parameters: array[float],
    rows: Packed,
    scale: float,
    values: bool,
) -> Part:
    """What one chunk contributes.

    Args:
        content: a pickled function that makes the replay.
        parameters: the numbers of its leaves that are no inputs.
        rows: the inputs of each example.
        scale: see `RecordedProgram.batch`.
        values: whether the value of each example is asked for.
    """
    replay = _replay(content)
    for leaf, number in zip(replay.leaves, parameters, strict=True):
        leaf.data = number
    listed = rows.rows()
    if len(listed[0]) != replay.inputs.count:
        raise replay.inputs.wrong_shape(listed[0])
    return _part(replay, listed, scale, values=values)


def _joined(*parts: Part) -> Part:
    return tree_sum(parts, added)


# --- batches --------------------------------------------------------------------------------------


def on_cluster(
    replay: Replay, chunks: Chunks, which: Sequence[int], scale: float, *, values: bool = False
) -> Part:
    """What some chunks contribute, computed by their cluster and added in a tree.

    Args:
        replay: that of the program.
        chunks: the examples.
        which: the chunks of them that are taken, in this order.
        scale: see `RecordedProgram.batch`.
        values: whether the value of each example is asked for, and not only their sums.

    Raises:
        AutogradError: what the program raises at an example.
    """
    content = _sent(replay, chunks.client)
    submit = chunks.client.submit
    shared = submit(_given, array("d", replay.with_leaves(())), pure=False)
    parts = [
        submit(sums_of, content, shared, chunks.future(each), scale, values, pure=False)
        for each in which
    ]
    # a task for each few parts of the tree: of neighbours, and a power of 2, so that it stays the same
    while len(parts) > 1:
        groups = [parts[start : start + _FAN_IN] for start in range(0, len(parts), _FAN_IN)]
        parts = [submit(_joined, *group, pure=False) for group in groups]
    found: Part = parts[0].result()
    return found


def _sent(replay: Replay, client: Any) -> Any:
    """A replay on a cluster, where it stays until it is another one here."""
    replay.captured.check()
    tapes = [variant.tape for variant in replay.variants]
    key = (client, replay.engine, *tapes)
    known = replay.sent
    if known is None or len(known[0]) != len(key) or not all(map(is_, known[0], key)):
        args, names = replay.inputs.args, replay.inputs.names
        make = partial(_received, args, names, tapes, len(replay.leaves), replay.own, replay.engine)
        known = replay.sent = key, client.submit(_given, pickle.dumps(make), pure=False)
    return known[1]


def here(replay: Replay, rows: Sequence[Sequence[float]], size: int, scale: float) -> Part:
    """What some examples contribute, computed here: the same bits as on a cluster."""
    starts = range(0, len(rows), size)
    parts = [_part(replay, rows[start : start + size], scale, values=True) for start in starts]
    return tree_sum(parts, added)


def batch(
    replay: Replay,
    examples: Any,
    scale: float,
    client: Any,
    chunk_size: int | None,
) -> tuple[list[float], list[float]]:
    """The first output for each of some examples, and the sums of their derivatives, chunk by chunk.

    Args:
        replay: that of the program.
        examples: the inputs of each; with a client also as `Chunks.of` takes them.
        scale: see `RecordedProgram.batch`.
        client: the client of a Dask cluster; None to do the same here.
        chunk_size: how many examples a chunk has.

    Raises:
        AutogradError: what the program raises at an example.
    """
    size = chunk_size_of(chunk_size)
    chunks = None
    if client is not None:
        check_client(client)
        chunks = Chunks.of(client, "examples", examples, size)
    if chunks is None:
        rows = replay.inputs.rows(examples)
        if not rows:
            return [], [0.0] * replay.own
        if client is not None:
            chunks = in_memory(client, rows, size)
    part = (
        here(replay, rows, size, scale)
        if chunks is None
        else on_cluster(replay, chunks, range(len(chunks)), scale, values=True)
    )
    return [number for each in part.values for number in each], part.gradients.tolist()
