"""error_over_eps: how good a difference is, by its step."""

import builtins
import math
from typing import Any

import pytest

import autograd
from autograd import (
    AutogradError,
    error_over_eps,
)


def test_errors_over_the_step_are_a_v() -> None:
    errors = error_over_eps(autograd.exp, 1.0)
    assert [error.eps for error in errors] == sorted((error.eps for error in errors), reverse=True)
    by_step = {error.eps: error for error in errors}
    # halving the logarithm of the step halves that of the error twice, and once
    assert by_step[1e-2].central / by_step[1e-3].central == pytest.approx(100.0, rel=0.01)
    assert by_step[1e-2].forward / by_step[1e-3].forward == pytest.approx(10.0, rel=0.02)
    assert 1e-6 < errors.best.eps < 1e-4
    assert min(error.forward for error in errors) > 10.0 * errors.best.central
    assert by_step[1e-15].central > 1e-3
    assert str(errors).splitlines()[1].split() == ["1.0e+00", "4.8e-01", "2.0e+00"]


def test_the_worst_of_all_derivatives_counts_and_the_domain_is_respected() -> None:
    errors = error_over_eps(lambda x, y: [x * y, x.log()], (1e-3, 2.0), [1e-2, 1e-4])
    assert math.isnan(errors[0].central)
    assert not math.isnan(errors[0].forward)
    alone = error_over_eps(autograd.log, 1e-3, [1e-2, 1e-4])
    assert errors[1] == alone[1]
    with pytest.raises(ValueError, match="no step stays within"):
        _ = error_over_eps(autograd.log, 1e-3, [1e-2]).best


def test_a_picture_has_what_there_is_to_draw() -> None:
    for f, x in [(autograd.sqrt, 0.0), (lambda x: x * 0.0, 1.0)]:
        assert error_over_eps(f, x).svg().startswith("<svg")


def test_the_picture_is_the_same_each_time() -> None:
    errors = error_over_eps(autograd.exp, 1.0, [1e-1, 1e-3, 1e-5, 1e-7])
    picture = errors.svg()
    assert picture == errors._repr_svg_()
    assert picture.startswith("<svg")
    for text in ("eps", "central", "forward"):
        assert f">{text}</text>" in picture


def test_without_matplotlib_the_picture_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    there = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return there(name, *rest)

    errors = error_over_eps(autograd.exp, 1.0, [1e-3])
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(AutogradError, match=r"scalar-autograd\[plot\]"):
        errors.svg()
