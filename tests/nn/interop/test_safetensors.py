"""Networks as safetensors files, which may come from anyone."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from safetensors.numpy import load_file, save_file

from autograd import ArgumentError
from nn import MLP
from nn.interop import from_safetensors, to_safetensors
from nn.strategies import networks


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks") / "network.safetensors"


@given(network=networks())
def test_every_network_comes_back(file: Path, network: MLP) -> None:
    back = from_safetensors(to_safetensors(network, file))
    assert back.state_dict() == network.state_dict()
    assert [each.neurons[0].bias_convention for each in back.layers] == [
        each.neurons[0].bias_convention for each in network.layers
    ]


def test_others_read_the_numbers(file: Path) -> None:
    network = MLP(2, [3, 1], seed=1)
    tensors = load_file(to_safetensors(network, file))
    assert tensors["layers.0.weights"].dtype == np.float64
    assert tensors["layers.0.weights"][2, 1] == network.layers[0].neurons[2].weights[1].data


def described(*layers: dict[str, str], version: int = 1) -> dict[str, str]:
    return {"scalar-autograd": json.dumps({"version": version, "layers": layers})}


ONE = {"activation": "tanh", "bias_convention": "none"}
W = {"layers.0.weights": np.ones((1, 1))}


@pytest.mark.parametrize(
    ("tensors", "metadata", "message"),
    [
        (W, None, "does not say what its layers are"),
        (W, {"scalar-autograd": "["}, "does not say"),
        (W, {"scalar-autograd": "[]"}, "does not say"),
        (W, described({"activation": "tanh"}), "does not say"),
        (W, described(ONE, version=2), "version 2 is not 1"),
        (W, described(ONE, ONE), "there is no tensor 'layers.1.weights'"),
        (W, described(ONE | {"activation": "tank"}), r"layers\[0\].activation"),
        (W | {"x": np.ones(1)}, described(ONE), "nothing says what x is"),
        ({"layers.0.weights": np.full((1, 1), np.inf)}, described(ONE), "finite"),
    ],
)
def test_a_file_that_is_no_network_is_refused(
    tmp_path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str] | None, message: str
) -> None:
    path = tmp_path / "bad.safetensors"
    save_file(tensors, path, metadata)
    with pytest.raises(ArgumentError, match=message) as caught:
        from_safetensors(path)
    assert str(path) in str(caught.value)


def test_what_is_no_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(b"\xff" * 100)
    with pytest.raises(ArgumentError, match="is no safetensors file"):
        from_safetensors(path)
    with pytest.raises(FileNotFoundError):
        from_safetensors(tmp_path / "none")
