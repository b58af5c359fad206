"""Networks as arrays, layer by layer: what every framework takes, and where all of them begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd import AutogradError, Value
from autograd.arguments import choice, finite, instance, items
from autograd.errors import ArgumentValueError
from nn.activations import activation_names
from nn.layer import Layer
from nn.network import MLP
from nn.neuron import BIAS_CONVENTIONS, BiasConvention

if TYPE_CHECKING:
    from types import ModuleType

    from numpy import float64
    from numpy.typing import NDArray

    #: Numbers as every framework takes them.
    Floats: TypeAlias = NDArray[float64]

__all__ = ["LayerArrays", "LayerParameters", "arrays", "from_arrays", "layer_parameters", "with_arrays"]


class LayerArrays(NamedTuple):
    """One layer as arrays.

    Attributes:
        weights: float64, of shape (neurons, inputs).
        bias: float64, of shape (neurons,); of shape () if the neurons share one; None without bias.
        activation: its name, see `nn.activations`.
        bias_convention: how the bias enters the net input, see `nn.BIAS_CONVENTIONS`.
    """

    weights: Floats
    bias: Floats | None
    activation: str
    bias_convention: str


class LayerParameters(NamedTuple):
    """One layer's parameters as its arrays lie.

    Attributes:
        weights: a row per neuron.
        bias: one per neuron; a single one that all neurons share; None without bias.
        activation: its name.
        convention: how the bias enters; None without bias.
    """

    weights: list[list[Value]]
    bias: list[Value] | Value | None
    activation: str
    convention: BiasConvention | None

    @property
    def sign(self) -> float:
        """With which sign the bias is added to the net input."""
        return self.convention.sign if self.convention else 1.0

    def tensors(self) -> Iterator[tuple[str, list[Value], float]]:
        """The weights and the bias as flat lists, each with its name and the sign that it enters by."""
        yield "weights", [weight for row in self.weights for weight in row], 1.0
        if self.bias is not None:
            yield "bias", [self.bias] if isinstance(self.bias, Value) else self.bias, self.sign


def layer_parameters(network: MLP) -> list[LayerParameters]:
    """The layers of a network, if it can be said in arrays.

    Raises:
        TypeError: it is no network.
        ValueError: neurons of one layer differ in activation or bias convention, or a parameter is
            shared otherwise than as the bias of a whole layer: arrays would make it two.

    >>> first, last = layer_parameters(MLP(2, [3, 1], activation=["tanh", "linear"]))
    >>> len(first.weights), len(first.bias), last.activation
    (3, 3, 'linear')
    """
    found = []
    seen: dict[Value, str] = {}
    for index, layer in enumerate(instance("network", network, MLP, "an MLP").layers):
        one = layer.neurons[0]
        for number, neuron in enumerate(layer.neurons):
            for what in ("activation", "bias_convention"):
                if getattr(neuron, what) != getattr(one, what):
                    raise ArgumentValueError(
                        f"the neurons of a layer must have one {what}, and "
                        f"layers.{index}.neurons.{number} has another than the first"
                    )
        biases = [neuron.bias for neuron in layer.neurons if neuron.bias is not None]
        bias: list[Value] | Value | None = biases or None
        if len(biases) > 1 and len(set(biases)) == 1:
            bias = biases[0]
        parts = LayerParameters(
            [neuron.weights for neuron in layer.neurons], bias, one.activation, one.bias_convention
        )
        for name, parameters, _ in parts.tensors():
            for parameter in parameters:
                if parameter in seen:
                    raise ArgumentValueError(
                        f"a parameter is shared by {seen[parameter]} and layers.{index}.{name}; arrays "
                        "would make it two. Only a bias may be shared, by all neurons of its layer"
                    )
                seen[parameter] = f"layers.{index}.{name}"
        found.append(parts)
    return found


def _numpy() -> ModuleType:
    try:
        import numpy
    except ImportError:
        raise AutogradError("arrays need NumPy, which is not installed: pip install numpy") from None
    return numpy


def arrays(network: MLP) -> list[LayerArrays]:
    """The weights and biases of a network as float64 arrays, layer by layer.

    Raises:
        TypeError: it is no network.
        ValueError: it cannot be said in arrays, see `layer_parameters`.
        AutogradError: NumPy is not installed.

    >>> from nn import worked
    >>> for layer in arrays(worked.load("urbain").network()):
    ...     print(layer.weights.tolist(), layer.bias.tolist(), layer.activation)
    [[0.15, 0.2], [0.25, 0.3]] 0.35 sigmoid
    [[0.4, 0.45], [0.5, 0.55]] 0.6 sigmoid
    """
    numpy = _numpy()
    found = []
    for layer in layer_parameters(network):
        weights = numpy.array([[weight.data for weight in row] for row in layer.weights])
        bias = layer.bias
        if bias is not None:
            bias = numpy.array(
                bias.data if isinstance(bias, Value) else [each.data for each in bias], dtype=float
            )
        found.append(LayerArrays(weights, bias, layer.activation, _name(layer.convention)))
    return found


def _name(convention: BiasConvention | None) -> str:
    return next(name for name, each in BIAS_CONVENTIONS.items() if each == convention)


def from_arrays(layers: Iterable[LayerArrays]) -> MLP:
    """A network with the numbers of arrays.

    Args:
        layers: a `LayerArrays`, or a tuple like it, for each layer.

    Raises:
        ValueError: there are no layers, shapes do not fit together, a number is infinite or NaN, or an
            activation or bias convention is unknown.
        TypeError: an argument is not of its kind.
        AutogradError: NumPy is not installed.

    >>> network = MLP(2, [3, 1], seed=1)
    >>> from_arrays(arrays(network)).state_dict() == network.state_dict()
    True
    """
    numpy = _numpy()
    given = [LayerArrays(*items(f"layers[{n}]", each)) for n, each in enumerate(items("layers", layers))]
    if not given:
        raise ArgumentValueError("layers is empty: a network has at least one layer")
    new: list[Layer] = []
    before = None  # how many outputs the layer before has
    for index, (weights, bias, activation, convention) in enumerate(given):
        where = f"layers[{index}]"
        choice(f"{where}.activation", activation, activation_names())
        choice(f"{where}.bias_convention", convention, BIAS_CONVENTIONS)
        rows = _floats(numpy, f"{where}.weights", weights)
        if rows.ndim != 2 or 0 in rows.shape or (before is not None and rows.shape[1] != before):
            inputs = "inputs" if before is None else before
            raise ArgumentValueError(
                f"{where}.weights must be of shape (neurons, {inputs}), got {rows.shape}"
            )
        nout, nin = rows.shape
        before = nout
        layer = Layer(nin, nout, activation=activation, bias_convention=convention, init="zeros")
        biases = None if bias is None else _floats(numpy, f"{where}.bias", bias)
        if (biases is None) is not (BIAS_CONVENTIONS[convention] is None):
            raise ArgumentValueError(
                f"{where}.bias is {'missing' if biases is None else 'given'}, "
                f"and the bias convention is {convention!r}"
            )
        if biases is not None and biases.shape not in ((nout,), ()):
            raise ArgumentValueError(
                f"{where}.bias must be of shape ({nout},) or (), got {biases.shape}"
            )
        shared = Value(biases.item()) if biases is not None and biases.ndim == 0 else None
        for row, neuron in enumerate(layer.neurons):
            for weight, number in zip(neuron.weights, rows[row].tolist(), strict=True):
                weight.data = number
            if shared is not None:
                neuron.bias = shared
            elif biases is not None and neuron.bias is not None:
                neuron.bias.data = biases[row].item()
        new.append(layer)
    network = MLP(1, [1])
    network.layers = new
    return network


def with_arrays(network: MLP, numbers: Iterable[tuple[Any, Any]]) -> MLP:
    """A network like another, with other numbers: the weights and the bias of each layer.

    Raises:
        ValueError: their shapes are not those of the network, or one is infinite or NaN.
        TypeError: an argument is not of its kind.

    >>> import numpy
    >>> like = MLP(1, [1], bias_convention="-b")
    >>> with_arrays(like, [(numpy.array([[2.0]]), numpy.array([3.0]))])([5.0]).data
    7.0
    """
    own, given = arrays(network), [*numbers]
    if len(given) != len(own):
        raise ArgumentValueError(f"{len(given)} layers for a network of {len(own)}")
    new = []
    for index, (layer, (weights, bias)) in enumerate(zip(own, given, strict=True)):
        for what, array, own_array in (("weights", weights, layer.weights), ("bias", bias, layer.bias)):
            wanted = None if own_array is None else own_array.shape
            shape = None if array is None else tuple(array.shape)
            if shape != wanted:
                raise ArgumentValueError(
                    f"layers[{index}].{what} must be of shape {wanted}, got {shape}"
                )
        new.append(layer._replace(weights=weights, bias=bias))
    return from_arrays(new)


def _floats(numpy: ModuleType, what: str, given: Any) -> Floats:
    """Finite numbers as float64: whatever narrower they come in, that changes none."""
    array = numpy.asarray(given)
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        raise ArgumentValueError(f"{what} must be numbers that float64 can hold, got {array.dtype}")
    array = array.astype(float)
    for number in array.ravel().tolist():
        finite(f"each of {what}", number)
    found: Floats = array
    return found
