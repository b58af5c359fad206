"""The optimizers against PyTorch (recorded, and live), and by hand."""

import json
import math
import re
import runpy
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ArgumentTypeError, Value
from nn import optimizers
from nn.optimizers import SGD, Adam, AdamW, Optimizer

ROOT = Path(__file__).parents[2]
RECORDED = json.loads((ROOT / "tests" / "data" / "pytorch_optimizers.json").read_text(encoding="utf-8"))
CASES = RECORDED["cases"]
INF, NAN = math.inf, math.nan

#: One of each kind, every setting in use.
KINDS = [
    (SGD, {"lr": 0.01}),
    (SGD, {"lr": 0.01, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    (SGD, {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    (Adam, {}),
    (Adam, {"lr": 0.1, "betas": (0.7, 0.8), "eps": 1e-3, "weight_decay": 0.1}),
    (AdamW, {"lr": 0.1, "betas": (0.7, 0.8), "eps": 1e-3, "weight_decay": 0.1}),
]
kinds = pytest.mark.parametrize(("kind", "settings"), KINDS)


def valley(x, y, z):
    """The function that tools/pytorch_reference.py goes down."""
    return (1 - x) ** 2 + 5 * (y - x * x) ** 2 + (1 - y) ** 2 + 5 * (z - y * y) ** 2 + x * y * z


def descend(optimizer, steps):
    """The point after each step."""
    points = []
    for _ in range(steps):
        optimizer.zero_grad()
        valley(*optimizer.parameters).backward()
        optimizer.step()
        points.append([p.data for p in optimizer.parameters])
    return points


def start():
    return [Value(x, name) for x, name in zip(RECORDED["start"], "xyz", strict=True)]


def built(case, kinds=optimizers):
    """The optimizer of a case. Its rate at step s is lr · decay**s."""
    settings = dict(case["settings"])
    if case["decay"]:
        lr = settings["lr"]
        settings["lr"] = lambda step: lr * case["decay"] ** step
    return getattr(kinds, case["optimizer"])(start(), **settings)


def distance(path, other):
    return max(
        abs(a - b) / max(1.0, abs(b))
        for point, mark in zip(path, other, strict=True)
        for a, b in zip(point, mark, strict=True)
    )


def disagreement(case, kinds=optimizers):
    """How far the path is from the one that PyTorch took."""
    path = descend(built(case, kinds), RECORDED["steps"][-1])
    return distance([path[step - 1] for step in RECORDED["steps"]], case["path"])


def called(case):
    return "-".join(map(str, [case["optimizer"], *case["settings"].values(), case["decay"]]))


# --- PyTorch ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=called)
def test_takes_the_path_that_pytorch_took(case):
    assert disagreement(case) < 1e-12


class WithoutBiasCorrection(Adam):
    def _at_step(self, steps, lr):
        return super()._at_step(10**6, lr)


class WithCoupledDecay(AdamW):
    RULE = Adam.RULE


class WithDecayAfterTheStep(AdamW):
    RULE = "\n".join([*AdamW.RULE.strip().splitlines()[1:], AdamW.RULE.strip().splitlines()[0]])


class WithDampenedFirstStep(SGD):
    def _at_step(self, steps, lr):
        return super()._at_step(steps + 1, lr)


class WithoutLookingAhead(SGD):
    def __init__(self, *args, nesterov, **settings):
        super().__init__(*args, **settings)


class WithALateSchedule(Optimizer):
    def step(self):
        self.steps += 1
        super().step()
        self.steps -= 1


class LateAdam(WithALateSchedule, Adam):
    pass


@pytest.mark.parametrize(
    ("name", "mistaken", "shows_where"),
    [
        ("Adam", WithoutBiasCorrection, []),
        ("AdamW", WithCoupledDecay, ["weight_decay"]),
        ("AdamW", WithDecayAfterTheStep, ["weight_decay"]),
        ("SGD", WithDampenedFirstStep, ["momentum", "dampening"]),
        ("SGD", WithoutLookingAhead, ["nesterov"]),
        ("Adam", LateAdam, ["decay"]),
    ],
)
def test_the_comparison_finds_a_planted_mistake(name, mistaken, shows_where):
    cases = [
        case
        for case in CASES
        if case["optimizer"] == name and all((case | case["settings"]).get(each) for each in shows_where)
    ]
    assert cases
    for case in cases:
        assert disagreement(case, SimpleNamespace(**{name: mistaken})) > 1e-6


@pytest.fixture(scope="module")
def pytorch():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "pytorch_reference.py")))


@pytest.mark.torch
def test_the_recorded_cases_are_those_of_the_tool(pytorch):
    settled = [{key: value for key, value in case.items() if key != "path"} for case in CASES]
    assert list(pytorch.optimizer_cases()) == settled
    assert (RECORDED["start"], RECORDED["steps"]) == (pytorch.START, pytorch.RECORDED)


@pytest.mark.torch
@pytest.mark.parametrize("case", CASES, ids=called)
def test_pytorch_still_takes_that_path(pytorch, case):
    live = pytorch.path(case)
    assert distance([live[step - 1] for step in RECORDED["steps"]], case["path"]) < 1e-12
    assert distance(descend(built(case), len(live)), live) < 1e-12


@pytest.mark.torch
@kinds
@given(gradients=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_same_gradients_lead_pytorch_to_the_same_place(pytorch, kind, settings, gradients):
    ours = Value(0.5)
    theirs = pytorch.torch.tensor(0.5, dtype=pytorch.torch.float64, requires_grad=True)
    rules = [
        kind([ours], **settings),
        getattr(pytorch.torch.optim, kind.__name__)([theirs], **settings, foreach=False),
    ]
    largest = 1.0  # that it has been, from where it may have come back
    for gradient in gradients:
        ours.grad, theirs.grad = gradient, pytorch.torch.full_like(theirs, gradient)
        for rule in rules:
            rule.step()
        largest = max(largest, abs(theirs.item()))
        assert ours.data == pytest.approx(theirs.item(), rel=0.0, abs=1e-12 * largest)


# --- by hand ------------------------------------------------------------------------------------


def test_momentum_by_hand():
    w = Value(8.0)
    optimizer = SGD([w], lr=0.25, momentum=0.5, dampening=0.5)
    expected, velocity = Fraction(8), None
    for gradient in (4, -2, 6, 0):
        w.grad = gradient
        optimizer.step()
        velocity = Fraction(gradient) if velocity is None else velocity / 2 + Fraction(gradient, 2)
        expected -= velocity / 4
        assert w.data == expected


@pytest.mark.parametrize("kind", [Adam, AdamW])
@given(st.floats(1e-3, 1e3), st.sampled_from([-1.0, 1.0]))
def test_adam_takes_steps_of_one_length_down_a_straight_slope(kind, slope, sign):
    w = Value(0.0)
    optimizer = kind([w], lr=0.5, weight_decay=0.0)
    for taken in range(1, 10):
        w.grad = sign * slope
        optimizer.step()
        assert w.data == pytest.approx(-sign * 0.5 * taken * slope / (slope + 1e-8), rel=1e-12)


def test_fully_dampened_momentum_remembers_the_first_gradient_alone():
    w = Value(1.0)
    optimizer = SGD([w], lr=1.0, momentum=0.5, dampening=1.0)
    for gradient, reached in [(1.0, 0.0), (100.0, -0.5), (-100.0, -0.75)]:
        w.grad = gradient
        optimizer.step()
        assert w.data == reached


def test_a_parameter_without_gradient_moves_by_what_is_remembered():
    w = Value(1.0)
    optimizer = SGD([w], lr=0.5, momentum=0.5)
    w.grad = 1.0
    optimizer.step()
    optimizer.zero_grad()
    optimizer.step()
    assert (w.grad, w.data) == (0.0, 1.0 - 0.5 - 0.25)


# --- step, zero_grad, schedule ------------------------------------------------------------------


@kinds
def test_a_gradient_may_be_a_node(kind, settings):
    points = []
    for create_graph in (False, True):
        parameters = start()
        optimizer = kind((p for p in parameters), **settings)
        for _ in range(3):
            optimizer.zero_grad()
            valley(*parameters).backward(create_graph=create_graph)
            assert isinstance(parameters[0].grad, Value) is create_graph
            optimizer.step()
        optimizer.zero_grad()
        assert [p.grad for p in parameters] == [0.0, 0.0, 0.0]
        points.append([p.data for p in parameters])
    assert points[0] == pytest.approx(points[1], rel=1e-12)


def test_the_schedule_is_asked_once_a_step_from_zero():
    asked = []
    w = Value(1.0)

    def schedule(step):
        asked.append(step)
        return Fraction(1, 2 ** (step + 1))

    optimizer = SGD([w], schedule)
    for _ in range(3):
        w.grad = 1.0
        optimizer.step()
    assert asked == [0, 1, 2]
    assert (optimizer.steps, w.data) == (3, 1.0 - 0.5 - 0.25 - 0.125)


@kinds
def test_a_constant_schedule_is_a_constant(kind, settings):
    paths = [descend(kind(start(), **settings | {"lr": lr}), 10) for lr in (0.01, lambda _: 0.01)]
    assert paths[0] == paths[1]


def test_the_learning_rate_may_be_set():
    w = Value(1.0)
    optimizer = SGD([w], lr=0)
    w.grad = 1.0
    optimizer.step()
    assert w.data == 1.0
    optimizer.lr = 0.5
    optimizer.step()
    assert w.data == 0.5


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (NAN, ValueError, "lr at step 2 must be a non-negative number, got nan"),
        (INF, ValueError, "lr at step 2 must be a non-negative number, got inf"),
        (-0.1, ValueError, "lr at step 2 must be a non-negative number, got -0.1"),
        (None, ArgumentTypeError, "lr at step 2 must be a non-negative number, got None"),
        ("0.1", ArgumentTypeError, "lr at step 2 must be a non-negative number, got '0.1'"),
        (ZeroDivisionError("mine"), ZeroDivisionError, "mine"),
    ],
)
@kinds
def test_a_bad_rate_changes_nothing(kind, settings, rate, error, message):
    def schedule(step):
        if isinstance(rate, Exception) and step == 2:
            raise rate
        return rate if step == 2 else 0.1

    optimizer = kind(start(), **settings | {"lr": schedule})
    (before,) = descend(optimizer, 2)[1:]
    state = optimizer.state_dict()
    with pytest.raises(error, match=message):
        descend(optimizer, 1)
    assert [p.data for p in optimizer.parameters] == before
    assert optimizer.state_dict() == state
    if not isinstance(rate, Exception):
        with pytest.raises(error, match=message.replace(" at step 2", "")):
            optimizer.lr = rate
    assert optimizer.lr is schedule


@pytest.mark.parametrize("gradient", [NAN, INF, -INF])
@kinds
def test_a_gradient_that_is_not_finite_changes_nothing(kind, settings, gradient):
    optimizer = kind(start(), **settings)
    (before,) = descend(optimizer, 1)
    state = optimizer.state_dict()
    optimizer.parameters[2].grad = gradient
    with pytest.raises(
        ValueError, match=rf"gradient of parameter 2 \('z'\) is {gradient}; no parameter"
    ):
        optimizer.step()
    assert [p.data for p in optimizer.parameters] == before
    assert optimizer.state_dict() == state


@pytest.mark.parametrize(
    ("kind", "settings", "gradient", "message"),
    [
        (SGD, {"lr": 1e10}, 1e300, "the step would make parameter 1 ('b') -inf"),
        (SGD, {"lr": 1e10}, -1e300, "the step would make parameter 1 ('b') inf"),
        (SGD, {"lr": 0.1, "momentum": 1e160}, 1e300, "the step would make parameter 1 ('b') -inf"),
        (SGD, {"lr": 0.0, "momentum": 1e160}, 1e300, "the step would make parameter 1 ('b') nan"),
        (Adam, {}, 1e200, "the step would make exp_avg_sq of parameter 1 ('b') inf"),
        (AdamW, {}, -1e200, "the step would make exp_avg_sq of parameter 1 ('b') inf"),
        (AdamW, {"lr": 1e200, "weight_decay": 1e200}, 0.0, "the step would make parameter 0 ('a') -inf"),
    ],
)
def test_a_step_to_where_numbers_end_is_taken_back(kind, settings, gradient, message):
    weights = [Value(2.0, "a"), Value(3.0, "b")]
    optimizer = kind(weights, **settings | {"lr": 0.0})
    for weight, slope in zip(weights, (0.5, gradient / 1e150), strict=True):
        weight.grad = slope
    optimizer.step()  # so that there is something to remember
    optimizer.lr = settings.get("lr", 1e-3)
    weights[1].grad = gradient
    before = optimizer.state_dict(), [weight.data for weight in weights]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}; no parameter has been changed$"):
        optimizer.step()
    assert (optimizer.state_dict(), [weight.data for weight in weights]) == before
    json.dumps(optimizer.state_dict(), allow_nan=False)
    weights[1].grad = 0.25
    optimizer.lr = 0.5
    for name in settings.keys() - {"lr"}:
        setattr(optimizer, name, 0.0)
    optimizer.step()
    assert optimizer.steps == 2


def test_gradients_whose_sum_is_too_large_are_finite():
    weights = [Value(0.0), Value(0.0)]
    for weight in weights:
        weight.grad = 2.0**1023
    SGD(weights, lr=2.0**-1023).step()
    assert [weight.data for weight in weights] == [-1.0, -1.0]


def test_an_unnamed_parameter_is_named_by_its_number():
    optimizer = SGD([Value(1.0), Value(2.0)], lr=0.1)
    optimizer.parameters[1].grad = NAN
    with pytest.raises(ValueError, match="the gradient of parameter 1 is nan"):
        optimizer.step()


def test_the_base_has_no_rule():
    w = Value(1.0)
    with pytest.raises(NotImplementedError):
        Optimizer([w], 0.1).step()


# --- what is refused ----------------------------------------------------------------------------

W = Value(1.0, "w")


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ([], ValueError, "there are no parameters .* in own_parameters"),
        (W, ArgumentTypeError, "parameters must be a list, got Value"),
        ([W, 0.5], ArgumentTypeError, "parameter 1 must be a Value, got 0.5"),
        ({"w": W}, ArgumentTypeError, "parameter 0 must be a Value, got 'w'"),
        ([Value(1.0), W, W], ValueError, r"parameter 1 \('w'\) stands again as parameter 2"),
        ([W, (W * W).named("area")], ValueError, r"parameter 1 \('area'\) must be a leaf, and is"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [SGD, Adam, AdamW])
def test_bad_parameters_are_refused(kind, parameters, error, message):
    with pytest.raises(error, match=message):
        kind(parameters, lr=0.1)


def test_parameters_are_refused_that_are_not_iterable():
    with pytest.raises(TypeError):
        SGD(None, lr=0.1)


NOT_NUMBERS = [-0.1, NAN, INF, "0.1"]
EVERY = [
    (
        kind,
        name,
        bad,
        f"^{name} must be a (non-negative number|positive number|number from 0 to 1), got {bad!r}",
    )
    for kind, names in [
        (SGD, ("lr", "momentum", "dampening", "weight_decay")),
        (Adam, ("lr", "eps", "weight_decay")),
        (AdamW, ("lr", "eps", "weight_decay")),
    ]
    for name in names
    for bad in NOT_NUMBERS
]
SOME = [
    (SGD, "dampening", 1.5, r"^dampening must be a number from 0 to 1, got 1.5"),
    (SGD, "nesterov", 1, "^nesterov must be True or False, got 1"),
    (SGD, "nesterov", True, r"^nesterov needs momentum > 0 and dampening = 0, got momentum 0.0"),
    (Adam, "eps", 0.0, "^eps must be a positive number, got 0.0"),
    (Adam, "betas", 0.9, "^betas must be two numbers, got 0.9"),
    (Adam, "betas", (0.9,), "^betas must be two numbers, got"),
    (Adam, "betas", (0.9, 0.99, 0.999), "^betas must be two numbers, got"),
    (Adam, "betas", (1.0, 0.999), r"^betas must be two numbers in \[0, 1\), got \(1.0, 0.999\)"),
    (Adam, "betas", (0.9, 1.0), r"^betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
    (Adam, "betas", (-0.1, 0.9), r"^betas\[0\] must be a non-negative number, got -0.1"),
    (Adam, "betas", (0.9, NAN), r"^betas\[1\] must be a non-negative number, got nan"),
    (Adam, "betas", ("0.9", 0.9), r"^betas\[0\] must be a non-negative number, got '0.9'"),
]


@pytest.mark.parametrize(("kind", "name", "bad", "message"), EVERY + SOME)
def test_bad_settings_are_refused(kind, name, bad, message):
    with pytest.raises((ValueError, ArgumentTypeError), match=message):
        kind([W], **{"lr": 0.1} | {name: bad})


@pytest.mark.parametrize(
    ("kind", "name", "bad", "message"),
    [case for case in EVERY + SOME if not (case[1] == "nesterov" and case[2] is True)],
)
def test_bad_settings_are_refused_later_too(kind, name, bad, message):
    optimizer = kind([Value(1.0)], lr=0.1)
    before = optimizer.state_dict()
    with pytest.raises((ValueError, ArgumentTypeError), match=message):
        setattr(optimizer, name, bad)
    assert optimizer.state_dict() == before


@pytest.mark.parametrize(("kind", "settings"), [KINDS[1], KINDS[4]])
def test_settings_that_are_set_later_are_kept_as_at_first(kind, settings):
    optimizer, expected = kind([Value(1.0)], lr=0.5), kind([Value(1.0)], **settings)
    for name, number in settings.items():
        exact = Fraction(number) if isinstance(number, float) else list(number)
        setattr(optimizer, name, exact)
    assert optimizer.state_dict() == expected.state_dict()
    assert json.loads(json.dumps(optimizer.state_dict(), allow_nan=False)) == expected.state_dict()


def test_nesterov_does_not_go_with_dampening():
    with pytest.raises(ValueError, match=r"got momentum 0\.9 and dampening 0\.1"):
        SGD([W], 0.1, momentum=0.9, dampening=0.1, nesterov=True)
    optimizer = SGD([Value(1.0)], 0.1, momentum=0.9, nesterov=True)
    optimizer.dampening = 0.1
    with pytest.raises(ValueError, match=r"got momentum 0\.9 and dampening 0\.1"):
        optimizer.step()
    assert optimizer.steps == 0
    optimizer.nesterov = False
    optimizer.step()
    assert optimizer.steps == 1


# --- the state ----------------------------------------------------------------------------------


@kinds
@pytest.mark.parametrize("taken", [0, 1, 7])
def test_training_resumes_to_the_last_bit(kind, settings, taken):
    whole = descend(kind(start(), **settings), taken + 5)
    first = kind(start(), **settings)
    descend(first, taken)
    state = json.loads(json.dumps(first.state_dict(), allow_nan=False))
    assert state == first.state_dict()
    second = kind([Value(p.data) for p in first.parameters], lr=0.5)
    second.load_state_dict(state)
    assert second.state_dict() == state
    assert descend(second, 5) == whole[taken:]


@kinds
def test_training_resumes_under_a_schedule(kind, settings):
    def schedule(step):
        return 0.005 / (step + 1)

    settings = settings | {"lr": schedule}
    whole = descend(kind(start(), **settings), 8)
    first = kind(start(), **settings)
    descend(first, 3)
    second = kind([Value(p.data) for p in first.parameters], **settings)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert descend(second, 5) == whole[3:]


def test_the_state_is_a_copy():
    first, second = (SGD([Value(1.0)], lr=0.1, momentum=0.9) for _ in "ab")
    state = first.state_dict()
    second.load_state_dict(state)
    for optimizer in (first, second):
        optimizer.parameters[0].grad = 1.0
        optimizer.step()
    assert state["buffers"] == {"momentum_buffer": [0.0]}
    assert (second.steps, state["steps"]) == (1, 0)


def test_whole_numbers_in_the_state_become_floats():
    optimizer = Adam([Value(1.0)])
    state = optimizer.state_dict()
    state["buffers"]["exp_avg"] = [0]  # as JavaScript writes 0.0
    optimizer.load_state_dict(state)
    assert repr(optimizer.state_dict()["buffers"]["exp_avg"]) == "[0.0]"


def changed(**replaced):
    return SGD([W], lr=0.1, momentum=0.9).state_dict() | replaced


BAD_STATES = [
    ([], ArgumentTypeError, r"the state must be a dict with 'optimizer', 'steps', .*, got \[\]"),
    ({}, ValueError, "the state must be a dict with"),
    (changed(more=1), ValueError, "the state must be a dict with"),
    (changed(optimizer="Adam"), ValueError, "the state's optimizer must be 'SGD', got 'Adam'"),
    (changed(steps=-1), ValueError, "steps must be at least 0, got -1"),
    (changed(steps=1.5), ArgumentTypeError, "steps must be a whole number, got 1.5"),
    (changed(lr=-1.0), ValueError, "lr must be a non-negative number, got -1.0"),
    (changed(lr="0.1"), ArgumentTypeError, "lr must be a non-negative number, got '0.1'"),
    (changed(lr=None), ValueError, "taken with a schedule as lr, and this optimizer has none"),
    (changed(settings={}), ValueError, "settings must be a dict with 'momentum', .*, got {}"),
    (changed(settings=changed()["settings"] | {"momentum": -1}), ValueError, "^momentum must be a"),
    (changed(buffers={}), ValueError, r"buffers must be a dict with 'momentum_buffer', got {}"),
    (changed(buffers={"momentum_buffer": [1.0, 2.0]}), ValueError, "one number for each of 1 param"),
    (changed(buffers={"momentum_buffer": 1.0}), ValueError, "one number for each of 1 param"),
    (changed(buffers={"momentum_buffer": [None]}), ArgumentTypeError, "must be a finite number"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "error", "message"), BAD_STATES)
def test_a_bad_state_changes_nothing(state, error, message):
    w = Value(1.0)
    optimizer = SGD([w], lr=0.25, momentum=0.5)
    w.grad = 1.0
    optimizer.step()
    before = optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(state)
    assert (optimizer.state_dict(), w.data, w.grad) == (before, 0.75, 1.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
def test_a_mean_of_squares_is_finite_and_not_negative(bad: float) -> None:
    optimizer = Adam([Value(1.0)])
    state = optimizer.state_dict()
    state["buffers"]["exp_avg_sq"] = [bad]
    with pytest.raises(ValueError, match="exp_avg_sq must be a non-negative number"):
        optimizer.load_state_dict(state)
    state["buffers"] = {"exp_avg": [bad], "exp_avg_sq": [0.0]}
    if bad < 0.0:
        optimizer.load_state_dict(state)
    else:
        with pytest.raises(ValueError, match="exp_avg must be a finite number"):
            optimizer.load_state_dict(state)


def test_a_rule_that_fails_half_way_has_changed_nothing() -> None:
    class Half(Optimizer):
        def _update(self, gradients: list[float], lr: float) -> None:
            self.parameters[0].data = 7.0
            raise ZeroDivisionError

    weights = [Value(1.0), Value(2.0)]
    optimizer = Half(weights, lr=0.5)
    with pytest.raises(ZeroDivisionError):
        optimizer.step()
    assert ([weight.data for weight in weights], optimizer.steps) == ([1.0, 2.0], 0)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "v = square(g)\n    p = p - lr * v",
            r"the rule of Odd calls 'square' in .* known are abs, ",
        ),
        ("p = p - lr * math.sqrt(g)", r"the rule of Odd calls 'math.sqrt' in "),
        ("p = p - lr *", r"the rule of Odd: invalid syntax: 'p = p - lr \*'"),
    ],
)
def test_a_rule_is_refused_where_its_class_is_made(rule: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        type("Odd", (Optimizer,), {"RULE": rule})


def test_a_rule_that_needs_what_it_is_not_given_is_refused_at_the_first_step() -> None:
    w = Value(1.0)
    optimizer = type("Odd", (Optimizer,), {"RULE": "p = p - rate * g"})([w], lr=0.5)
    with pytest.raises(ValueError, match="the rule needs rate, and is given p, g, lr, steps"):
        optimizer.step()
    assert (w.data, optimizer.steps) == (1.0, 0)
