"""How parameters begin: by seed, at random, as micrograd draws them."""

from __future__ import annotations

import math
import statistics
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_oracle import neurons

from nn import MLP, Layer, Neuron
from nn.init import INITIALIZATIONS, generator

initializations = st.sampled_from(sorted(INITIALIZATIONS))


@given(init=initializations, seed=st.integers())
def test_the_same_seed_gives_the_same_weights(init: str, seed: int) -> None:
    first, second = (MLP(2, [3, 2], init=init, seed=seed).state_dict() for _ in range(2))
    assert first == second
    assert MLP(2, [3, 2], init=init, seed=Random(seed)).state_dict() == first


def test_different_seeds_give_different_weights() -> None:
    assert MLP(2, [3], seed=1).state_dict() != MLP(2, [3], seed=2).state_dict()
    weights = [w.data for _, neuron in neurons(MLP(3, [4, 4], seed=1)) for w in neuron.weights]
    assert len(set(weights)) == len(weights) == 28


def test_a_random_that_is_given_is_drawn_on() -> None:
    random, same = Random(5), Random(5)
    first, second = Layer(2, 2, seed=random), Layer(2, 2, seed=random)
    drawn = [same.uniform(-1.0, 1.0) for _ in range(8)]
    weights = [w.data for layer in (first, second) for neuron in layer.neurons for w in neuron.weights]
    assert weights == drawn
    assert random.getstate() == same.getstate()


def test_the_global_generator_is_left_alone() -> None:
    import random

    before = random.getstate()
    MLP(2, [3, 1])([1.0, 2.0])
    assert random.getstate() == before


@pytest.mark.parametrize("seed", [None, "1337", 1.0, b"1", (1,), np.random.default_rng(0)])
def test_a_seed_is_an_int_or_a_random(seed: Any) -> None:
    for make in (
        lambda: Neuron(2, seed=seed),
        lambda: Layer(2, 2, seed=seed),
        lambda: MLP(2, [2], seed=seed),
    ):
        with pytest.raises(TypeError, match=r"seed must be an int or a random.Random, got "):
            make()


def test_a_bool_is_the_int_that_it_is_in_python() -> None:
    assert generator(True).random() == generator(1).random()


#: The bound of a uniform distribution, or the standard deviation, for 30 inputs and 20 neurons.
SCALES = {
    "uniform": 1.0,
    "xavier_uniform": math.sqrt(6.0 / 50.0),
    "xavier_normal": math.sqrt(2.0 / 50.0),
    "he_uniform": math.sqrt(6.0 / 30.0),
    "he_normal": math.sqrt(2.0 / 30.0),
    "zeros": 0.0,
}


def test_every_initialisation_has_a_scale_here() -> None:
    assert SCALES.keys() == INITIALIZATIONS.keys()


@pytest.mark.parametrize("init", INITIALIZATIONS)
def test_initial_scales(init: str) -> None:
    random = Random(2024)
    weights = [
        w.data
        for _ in range(20)
        for neuron in Layer(30, 20, init=init, seed=random).neurons
        for w in neuron.weights
    ]
    scale, count = SCALES[init], len(weights)
    assert count == 12_000
    deviation = scale if init.endswith("normal") else scale / math.sqrt(3.0)
    assert abs(statistics.fmean(weights)) <= 4.0 * deviation / math.sqrt(count)
    assert statistics.pstdev(weights) == pytest.approx(deviation, rel=0.03)
    if not init.endswith("normal"):
        assert max(map(abs, weights)) <= scale
        assert max(weights) >= 0.999 * scale
        assert min(weights) <= -0.999 * scale
    else:
        assert max(map(abs, weights)) > 3.0 * scale


@given(init=initializations, nin=st.integers(1, 50), nout=st.integers(1, 50), seed=st.integers(0, 99))
def test_initial_weights_are_a_scale_times_a_standard_draw(
    init: str, nin: int, nout: int, seed: int
) -> None:
    weight = INITIALIZATIONS[init](Random(seed), nin, nout)
    draw = Random(seed).gauss(0.0, 1.0) if init.endswith("normal") else Random(seed).uniform(-1.0, 1.0)
    fans = {"xavier": nin + nout, "he": nin}.get(init.split("_", maxsplit=1)[0])
    spread = 1.0 if fans is None else math.sqrt((2.0 if init.endswith("normal") else 6.0) / fans)
    assert weight == pytest.approx(0.0 if init == "zeros" else draw * spread, rel=1e-14)


def test_biases_begin_at_zero() -> None:
    for init in INITIALIZATIONS:
        assert {neuron.bias.data for _, neuron in neurons(MLP(2, [3, 1], init=init))} == {0.0}


def test_xavier_of_a_network_goes_by_each_layers_own_sizes() -> None:
    network = MLP(4, [3, 2], init="xavier_uniform", seed=6)
    random = Random(6)
    for layer, fans in zip(network.layers, (7, 5), strict=True):
        for neuron in layer.neurons:
            for weight in neuron.weights:
                assert weight.data == random.uniform(-1.0, 1.0) * math.sqrt(6.0 / fans)
