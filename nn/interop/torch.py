"""Networks as PyTorch modules in float64, and back; optimizers with what they remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograd import AutogradError, Value
from autograd.arguments import instance
from autograd.errors import ArgumentValueError
from nn.interop.layer_arrays import LayerArrays, LayerParameters, from_arrays, layer_parameters
from nn.network import MLP
from nn.optimizers import SGD, Adam, AdamW, Optimizer

try:
    import torch
except ImportError:
    raise AutogradError("PyTorch is not installed: pip install 'scalar-autograd[torch]'") from None

__all__ = [
    "Function",
    "SharedBiasLinear",
    "from_torch",
    "from_torch_optimizer",
    "to_torch",
    "to_torch_optimizer",
]

#: From here on softplus is its operand to the last bit; PyTorch's own threshold of 20 costs 2e-9.
_THRESHOLD = 40

#: Activations that are modules of PyTorch.
_MODULES: dict[str, Callable[[], torch.nn.Module]] = {
    "relu": torch.nn.ReLU,
    "leaky_relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "silu": torch.nn.SiLU,
    "gelu": torch.nn.GELU,
    "tanh": torch.nn.Tanh,
    "sigmoid": torch.nn.Sigmoid,
    "logsigmoid": torch.nn.LogSigmoid,
    "softplus": lambda: torch.nn.Softplus(threshold=_THRESHOLD),
}
_SAME_NAME = (
    "abs neg sign reciprocal square sqrt exp expm1 exp2 log log1p log2 log10 "
    "sin cos tan asin acos atan sinh cosh asinh acosh atanh erf erfc"
)
#: Activations that are functions of PyTorch alone.
_FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    **{name: getattr(torch, name) for name in _SAME_NAME.split()},
    "pos": torch.positive,
    "gaussian": lambda x: torch.exp(-0.5 * x * x),
    "normal_cdf": torch.special.ndtr,
}


class Function(torch.nn.Module):
    """A function of PyTorch as a module.

    >>> Function("sin")(torch.zeros(1))
    tensor([0.])
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The function of each number."""
        return _FUNCTIONS[self.name](x)

    def extra_repr(self) -> str:
        """What is printed between the brackets."""
        return self.name


class SharedBiasLinear(torch.nn.Module):
    """A linear layer whose neurons share one bias: x·Wᵀ + b.

    >>> SharedBiasLinear(2, 3)(torch.ones(2, dtype=torch.float64)).shape
    torch.Size([3])
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(out_features, in_features, dtype=torch.float64))
        self.bias = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The net inputs."""
        return torch.nn.functional.linear(x, self.weight) + self.bias

    def extra_repr(self) -> str:
        """What is printed between the brackets."""
        return f"{self.weight.shape[1]}, {self.weight.shape[0]}"


def to_torch(network: MLP) -> torch.nn.Sequential:
    """The network as a PyTorch module in float64, whose forward pass takes tensors (…, inputs).

    A bias that is subtracted becomes one that is added, with the other sign, and so does its gradient.
    A bias that a layer shares stays one parameter.

    Raises:
        TypeError: it is no network.
        ValueError: PyTorch has no such activation, or parameters are shared in another way.

    >>> network = MLP(2, [3, 1], activation=["tanh", "linear"], seed=1)
    >>> module = to_torch(network)
    >>> module
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    >>> x = [0.5, -1.0]
    >>> abs(module(torch.tensor(x, dtype=torch.float64)).item() - network(x).data) < 1e-15
    True
    """
    modules: list[torch.nn.Module] = []
    for index, layer in enumerate(layer_parameters(network)):
        modules.append(_linear(layer))
        name = layer.activation
        if name in _MODULES:
            modules.append(_MODULES[name]())
        elif name in _FUNCTIONS:
            modules.append(Function(name))
        elif name != "linear":
            raise ArgumentValueError(f"PyTorch has no activation {name!r}, that of layers.{index}")
    return torch.nn.Sequential(*modules)


def _linear(layer: LayerParameters) -> torch.nn.Module:
    nout, nin = len(layer.weights), len(layer.weights[0])
    module: torch.nn.Linear | SharedBiasLinear
    if isinstance(layer.bias, Value):
        module = SharedBiasLinear(nin, nout)
    else:
        # empty: PyTorch's own start would take numbers from its random generator
        module = torch.nn.utils.skip_init(
            torch.nn.Linear, nin, nout, bias=layer.bias is not None, dtype=torch.float64
        )
    with torch.no_grad():
        for (_, parameters, sign), tensor in zip(layer.tensors(), module.parameters(), strict=True):
            numbers = [sign * parameter.data for parameter in parameters]
            tensor.copy_(torch.tensor(numbers, dtype=torch.float64).reshape(tensor.shape))
    return module


def from_torch(module: torch.nn.Module, like: MLP | None = None) -> MLP:
    """The network that a PyTorch module is.

    Args:
        module: a ``Sequential`` of linear layers, each followed by an activation or by nothing, as
            `to_torch` makes it or as you do. Numbers of fewer bits than float64 stay what they are.
        like: a network whose bias conventions the new one is to have; with none, biases are added.

    Raises:
        TypeError: it is no ``Sequential``.
        ValueError: it has another module in it, or one with other settings than the table's
            operation; or ``like`` has another shape.

    >>> linear = torch.nn.Linear(2, 1).double()
    >>> network = from_torch(torch.nn.Sequential(linear, torch.nn.Tanh()))
    >>> x = [0.5, -1.0]
    >>> abs(network(x).data - torch.tanh(linear(torch.tensor(x).double())).item()) < 1e-15
    True
    """
    instance("module", module, torch.nn.Sequential, "a torch.nn.Sequential")
    found: list[LayerArrays] = []
    linear = None
    for name, part in module.named_children():
        if isinstance(part, torch.nn.Linear | SharedBiasLinear):
            bias = None if part.bias is None else part.bias.detach().numpy()
            convention = "none" if bias is None else "+b"
            found.append(LayerArrays(part.weight.detach().numpy(), bias, "linear", convention))
            linear = name
        elif not isinstance(part, torch.nn.Identity):
            activation = _activation(name, part)
            if linear is None:
                raise ArgumentValueError(f"{activation} ({name}) does not follow a linear layer")
            found[-1] = found[-1]._replace(activation=activation)
            linear = None
    return from_arrays(found if like is None else _in_convention_of(like, found))


def _activation(name: str, module: torch.nn.Module) -> str:
    """The name of the activation that a module is, with all its settings."""
    if isinstance(module, Function):
        return module.name
    for activation, make in _MODULES.items():
        wanted = make()
        if type(module) is type(wanted):
            own, others = _settings(module), _settings(wanted)
            if isinstance(module, torch.nn.Softplus) and module.threshold >= _THRESHOLD:
                others["threshold"] = own["threshold"]
            if own == others:
                return activation
            raise ArgumentValueError(
                f"{module} ({name}) has other settings than {activation}, which is {wanted}"
            )
    raise ArgumentValueError(f"{type(module).__name__} ({name}) is no linear layer and no activation")


def _settings(module: torch.nn.Module) -> dict[str, Any]:
    # whether it overwrites its operand changes no number; nor whether it is training
    return {
        name: setting
        for name, setting in vars(module).items()
        if not name.startswith("_") and name not in ("inplace", "training")
    }


def _in_convention_of(like: MLP, layers: list[LayerArrays]) -> list[LayerArrays]:
    from nn.interop.layer_arrays import arrays

    own = arrays(like)
    shapes = [[layer.weights.shape for layer in each] for each in (own, layers)]
    if shapes[0] != shapes[1]:
        raise ArgumentValueError(f"like has layers of shape {shapes[0]}, the module {shapes[1]}")
    return [
        layer._replace(
            bias=None if layer.bias is None else parameters.sign * layer.bias,
            bias_convention=each.bias_convention,
        )
        for layer, each, parameters in zip(layers, own, layer_parameters(like), strict=True)
    ]


# --- optimizers -----------------------------------------------------------------------------------


def _tensors(
    network: MLP, module: torch.nn.Module
) -> Iterator[tuple[str, list[Value], float, torch.nn.Parameter]]:
    """Each tensor of a module with the parameters of the network that it holds, and their sign."""
    named = [*module.named_parameters()]
    own = [each for layer in layer_parameters(network) for each in layer.tensors()]
    if [tensor.numel() for _, tensor in named] != [len(parameters) for _, parameters, _ in own]:
        raise ArgumentValueError("the module has other parameters than the network")
    for (name, tensor), (_, parameters, sign) in zip(named, own, strict=True):
        yield name, parameters, sign, tensor


def _check_rate(optimizer: Optimizer) -> None:
    if callable(optimizer.lr):
        raise ArgumentValueError(
            "lr is a schedule, a function of this library: give the optimizer a number, and PyTorch's a "
            "scheduler of its own"
        )


def to_torch_optimizer(
    optimizer: Optimizer, network: MLP, module: torch.nn.Module
) -> torch.optim.Optimizer:
    """The optimizer as PyTorch's, for a module that `to_torch` made, with all that it remembers.

    Args:
        optimizer: an `SGD`, `Adam` or `AdamW`.
        network: what it trains.
        module: the network's module.

    Raises:
        TypeError: it is another kind of optimizer.
        ValueError: the module is another network's; only a part of a layer's weights or biases is
            trained; or ``lr`` is a schedule.

    >>> network = MLP(1, [1])
    >>> optimizer = SGD(network.parameters(), lr=0.5, momentum=0.9)
    >>> to_torch_optimizer(optimizer, network, to_torch(network)).param_groups[0]["momentum"]
    0.9
    """
    _check_rate(instance("optimizer", optimizer, Optimizer, "an Optimizer"))
    kind = _torch_class(type(optimizer))
    places = {parameter: index for index, parameter in enumerate(optimizer.parameters)}
    trained: list[torch.nn.Parameter] = []
    state: dict[int, dict[str, Any]] = {}
    for name, parameters, sign, tensor in _tensors(network, module):
        indices = [places[parameter] for parameter in parameters if parameter in places]
        if not indices:
            continue
        if len(indices) < len(parameters):
            raise ArgumentValueError(
                f"the optimizer trains only a part of {name}, a tensor of PyTorch's"
            )
        state[len(trained)] = _remembered(optimizer, indices, sign, tensor)
        trained.append(tensor)
    settings = {name: getattr(optimizer, name) for name in optimizer.SETTINGS}
    new = kind(trained, lr=optimizer.lr, **settings)
    if optimizer.steps:
        new.load_state_dict({"state": state, "param_groups": new.state_dict()["param_groups"]})
    return new


def _torch_class(kind: type[Optimizer]) -> Any:
    classes = {SGD: torch.optim.SGD, Adam: torch.optim.Adam, AdamW: torch.optim.AdamW}
    if kind not in classes:
        raise ArgumentValueError(f"PyTorch has no {kind.__name__}: an SGD, Adam or AdamW is expected")
    return classes[kind]


def _remembered(
    optimizer: Optimizer, indices: list[int], sign: float, tensor: torch.Tensor
) -> dict[str, Any]:
    buffers = optimizer.state_dict()["buffers"]
    found: dict[str, Any] = (
        {} if isinstance(optimizer, SGD) else {"step": torch.tensor(float(optimizer.steps))}
    )
    for name, numbers in buffers.items():
        if isinstance(optimizer, SGD) and not optimizer.momentum:
            found[name] = None
            continue
        factor = 1.0 if name in optimizer.SQUARES else sign
        chosen = [factor * numbers[index] for index in indices]
        found[name] = torch.tensor(chosen, dtype=torch.float64).reshape(tensor.shape)
    return found


def from_torch_optimizer(
    optimizer: torch.optim.Optimizer, network: MLP, module: torch.nn.Module
) -> Optimizer:
    """PyTorch's optimizer as one of `nn`, for the network that `from_torch` made, with all it remembers.

    Args:
        optimizer: a ``torch.optim.SGD``, ``Adam`` or ``AdamW`` with one group of parameters.
        network: what the new one is to train.
        module: what PyTorch's trains.

    Raises:
        ValueError: it is another kind of optimizer, has several groups, or settings that `nn` has
            not (``maximize``, ``amsgrad``); or the module is another network's.

    >>> network = MLP(1, [1])
    >>> module = to_torch(network)
    >>> from_torch_optimizer(torch.optim.Adam(module.parameters(), lr=0.5), network, module).lr
    0.5
    """
    kinds: dict[type, type[Optimizer]] = {
        torch.optim.SGD: SGD,
        torch.optim.Adam: Adam,
        torch.optim.AdamW: AdamW,
    }
    kind = kinds.get(type(optimizer))
    if kind is None:
        raise ArgumentValueError(f"nn has no {type(optimizer).__name__}: SGD, Adam or AdamW is expected")
    if len(optimizer.param_groups) > 1:
        raise ArgumentValueError(f"{len(optimizer.param_groups)} groups of parameters, and nn has one")
    (group,) = optimizer.param_groups
    for setting in ("maximize", "amsgrad"):
        if group.get(setting):
            raise ArgumentValueError(f"{setting} is a setting that nn has not")
    trained = {id(tensor) for tensor in group["params"]}
    parameters: list[Value] = []
    buffers: dict[str, list[float]] = {name: [] for name in kind.BUFFERS}
    steps = 0
    for _, values, sign, tensor in _tensors(network, module):
        if id(tensor) not in trained:
            continue
        parameters += values
        state = optimizer.state.get(tensor, {})
        steps = max(steps, int(state.get("step", bool(state))))
        for name, numbers in buffers.items():
            found = state.get(name)
            factor = 1.0 if name in kind.SQUARES else sign
            flat = [0.0] * len(values) if found is None else found.detach().reshape(-1).tolist()
            numbers += [factor * number for number in flat]
    if len(parameters) == 0:
        raise ArgumentValueError("the optimizer trains none of the module's parameters")
    lr = group["lr"]
    new = kind(parameters, lr=float(lr), **{name: group[name] for name in kind.SETTINGS})  # type: ignore[call-arg]
    new.load_state_dict({**new.state_dict(), "steps": steps, "buffers": buffers})
    return new
