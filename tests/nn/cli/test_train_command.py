"""``backprop train``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nn import worked
from nn.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["train", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("biases", [False, True])
def test_the_errors_and_parameters_are_those_of_the_steps(biases: bool) -> None:
    example = worked.load("urbain")
    code, out, err = run("urbain", "--steps", "3", "--json", *["--update-biases"] * biases)
    assert (code, err) == (0, "")  # no bar where there is no terminal
    content = json.loads(out)
    taken = [example.step(step, update_biases=biases) for step in (1, 2, 3)]
    assert content["errors"] == [*(step.error_before for step in taken), taken[-1].error_after]
    after = {symbol.removesuffix("+"): number for symbol, number in taken[-1].updated.items()}
    assert after.items() <= content["parameters"].items()


def test_formulas_are_trained_too() -> None:
    code, out, _ = run("signals", "--steps", "2", "--json")
    example = worked.load("signals")
    assert code == 0
    assert json.loads(out)["errors"][0] == example.step().error_before


def test_the_table_has_the_first_and_the_last_error() -> None:
    code, out, _ = run("urbain", "--steps", "15")
    assert code == 0
    assert [line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│")][:6] == [
        *("0", "1", "2", "5", "10", "15")
    ]


def test_no_steps_are_refused() -> None:
    code, out, err = run("urbain", "--steps", "0")
    assert (code, out) == (2, "")
    assert "0 is not in the range" in err
