"""Every command on every file that is read ends in time: what would not is refused, with the number."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from nn import worked
from nn.cli import main
from nn.proofreading import page, proofread
from nn.proofreading.judge import judged
from nn.worked import WorkedExampleError


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A network of 101 weights, and so many examples that a step has 10,100 numbers."""
    layer = f'[[layers]]\nactivation = "tanh"\nweights = {[[0.1] * 101]}\n'
    example = f"[[examples]]\ninputs = {[0.1] * 101}\ntargets = [0.5]\n"
    path = tmp_path / "large.toml"
    path.write_text(f'bias_convention = "none"\n[training]\nlearning_rate = 0.5\n{layer}{example * 100}')
    return path


def refused(*arguments: str) -> str:
    result = CliRunner(catch_exceptions=False).invoke(main, arguments)
    assert result.exit_code == 2
    return result.stderr


def test_a_step_of_many_layers_is_smaller(tmp_path: Path) -> None:
    layer = '[[layers]]\nactivation = "tanh"\nweights = [[0.1]]\n'
    path = tmp_path / "deep.toml"
    path.write_text(
        f'bias_convention = "none"\n[training]\nlearning_rate = 0.5\n{layer * 500}'
        "[[examples]]\ninputs = [0.5]\ntargets = [0.5]\n"
    )
    commands = (
        (("proofread", str(path)), 70),
        (("explain", str(path), "--all"), 80),
        (("open", str(path)), 1),
    )
    for command, most in commands:
        assert f"a step of 500 numbers in 500 layers; at most {most} are " in refused(*command)


def test_formulas_of_many_operations_are_larger(tmp_path: Path) -> None:
    path = tmp_path / "formulas.toml"
    path.write_text('[values]\nw = 0.5\n[formulas]\nE = "' + "tanh(" * 30 + "w" + ")" * 30 + '"\n')
    assert worked.load(path).size == 15
    assert worked.load("adam-step").size == 18
    assert "1,000,000 steps of 15 numbers; at most 66,666 are taken" in refused(
        "step", str(path), "--steps", "1000000"
    )


@pytest.mark.parametrize(
    ("command", "bound"),
    [
        (["step", "FILE", "--digits", "3"], "10,000 are computed line by line, to be rounded"),
        (["step", "FILE", "--html", "page.html"], "350 are written as a page"),
        (["open", "FILE"], "350 are written as a page"),
        (["explain", "FILE", "--all"], "2,000 are explained as a whole; ask for a SYMBOL"),
        (["explain", "FILE", "w1"], "10,000 are explained"),
        (["proofread", "FILE"], "350 are proofread or checked"),
        (["check", "FILE", "answers.json"], "350 are proofread or checked"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else each,
)
def test_a_step_that_is_too_large(
    command: list[str], bound: str, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(large.parent)
    Path("answers.json").write_text('{"net": 1.0}')
    said = refused(*(str(large) if each == "FILE" else each for each in command))
    assert said == f"Error: {large}: a step of 10,100 numbers; at most {bound}\n"
    assert not Path("page.html").exists()


@pytest.mark.parametrize("options", [[], ["--json"], ["--digits", "3"]], ids=" ".join)
def test_more_steps_than_end_in_time(options: list[str]) -> None:
    said = refused("step", "urbain", "--steps", "100001", *options)
    assert said == "Error: urbain.toml: 100,001 steps of 10 numbers; at most 100,000 are taken\n"
    assert "steps of 10 numbers" in refused("explain", "urbain", "w1", "--steps", "1000000000")


def test_why_figures_are_off_is_looked_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    example = worked.load("hoey")
    proofread(example)
    monkeypatch.setattr(page, "_MAX_WORK", 100_000)
    with pytest.raises(WorkedExampleError) as caught:
        proofread(example)
    assert str(caught.value) == (
        "hoey.toml: figures: to find out why 24 are off takes more than running 100,000 of the step's "
        "98 lines; check fewer of them at a time"
    )


def test_what_is_counted_is_the_work_and_not_the_time() -> None:
    works = []
    for _ in range(2):
        found = page.Page(worked.load("hoey"))
        before = found.work
        judged(found)
        works.append((before, found.work))
    assert works[0] == works[1]
    assert works[0][0] < works[0][1]
