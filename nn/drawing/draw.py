"""The picture of a training step of a network, in the frames that are asked for."""

from __future__ import annotations

from autograd import Diagram
from autograd.arguments import choice, flag, whole
from autograd.errors import ArgumentValueError
from autograd.formula import MOST_DIGITS
from nn.drawing.contents import FRAMES, Step
from nn.drawing.layers import is_large, layers_scene
from nn.drawing.network import network_scene

__all__ = ["ALL_FRAMES", "draw_network"]

#: What a picture shows: one of its frames, or all of them, one under another.
ALL_FRAMES = (*FRAMES, "all")


def draw_network(
    step: Step, frame: str = "all", *, digits: int = 4, example: int = 1, magnitude: bool = False
) -> Diagram:
    """A training step as lecture notes draw a network.

    Neurons are circles, inputs are boxes, targets hexagons, errors octagons; weights stand on the lines,
    biases under the circles. The three frames have one layout: "forward" has the values, "backward" δ
    and the derivatives of the error by parameters, "update" each parameter, its change, and what it is
    afterwards. Where there is no room for the numbers of weights they are left off, and a network with
    more than 10 units in a layer or more than 5 layers is drawn layer by layer; both are said there.

    Args:
        step: the step.
        frame: which frame; "all" for all three, one under another.
        digits: how many significant digits to show.
        example: the number of the example whose numbers are shown, from 1.
        magnitude: whether the width of a line tells how large the number on it is, beside the others of
            its frame; of a number that is 0 the line is dashed.

    Raises:
        ArgumentValueError: there is no such frame, or no such example.
        ArgumentTypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> diagram = draw_network(worked.load("urbain").step(), "forward")
    >>> diagram.source.count("shape=circle"), diagram.svg().count("<polygon")
    (4, 5)
    """
    choice("frame", frame, ALL_FRAMES)
    digits, example = whole("digits", digits, 1, MOST_DIGITS), whole("example", example, 1)
    count = len(step.names.passes)
    if example > count:
        raise ArgumentValueError(
            f"example must be at most {count}, the number of examples, got {example}"
        )
    magnitude = flag("magnitude", magnitude)
    frames = FRAMES if frame == "all" else (frame,)
    if is_large(step):
        scene = layers_scene(step, frames, digits, example)
    else:
        scene = network_scene(step, frames, digits, example, magnitude=magnitude)
    return scene.diagram()
