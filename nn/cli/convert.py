"""``backprop convert``."""

from __future__ import annotations

from pathlib import Path

import click

from autograd.files import write
from autograd.program import Program
from autograd.program.languages import LONG, printed, target
from nn import worked
from nn.cli.arguments import check_files, errors_in_one_line, example_argument, step_of, steps_option
from nn.cli.output import print_line
from nn.step.program import differentiated

__all__ = ["convert"]

#: What is written, and the endings that stand for it alone.
_FORMATS = {
    "torch": "",
    "jax": "",
    "onnx": ".onnx",
    "sympy": "",
    "numpy": "",
    "c": ".c",
    "js": ".js",
}
#: What compiles a program, by format.
_COMPILED = {"torch": "torch.compile", "jax": "JAX"}
#: What the engine calls a language, where that is another name.
_LANGUAGES = {"js": "javascript"}


def _format(output: Path, chosen: str | None) -> str:
    """The format that is asked for, or that the ending stands for.

    Raises:
        click.UsageError: the ending stands for none, or for several.
    """
    if chosen is not None:
        return chosen
    ending = output.suffix.lower()
    for name, own in _FORMATS.items():
        if own and own == ending:
            return name
    if ending == ".py":
        several = [name for name, own in _FORMATS.items() if not own]
        raise click.UsageError(f"{str(output)!r} may be {', '.join(several)}: say which with --to")
    endings = ", ".join(filter(None, _FORMATS.values()))
    raise click.UsageError(f"{str(output)!r} ends in none of .py, {endings}: say what it is with --to")


@click.command()
@example_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The file to write.",
)
@click.option(
    "--to",
    type=click.Choice([*_FORMATS]),
    help="The language. [default: that of the file's ending, if it tells]",
)
@steps_option
@errors_in_one_line
def convert(example: str, output: Path, to: str | None, steps: int) -> None:
    """Write a training step as a program in another language.

    The program computes the error and its derivatives, line by line in the symbols of the document. It
    has the numbers of the example, so that it runs by itself and prints the results. In numpy, torch and
    jax it can compute many examples at once. In onnx it is a model whose outputs are the error and its
    derivatives.
    """
    chosen = _format(output, to)
    check_files(example, output)
    loaded = worked.load(example)
    step = step_of(loaded, steps, update_biases=False)
    if chosen == "onnx":
        from nn.interop import to_onnx

        model = to_onnx(Program.from_graph(step.error, symbols=step.nodes), gradients=True)
        write(output, model.SerializeToString())
        print_line(f"written: {output}")
        return
    program = differentiated(step).printable(loaded.name)
    write(output, printed(program, target(_LANGUAGES.get(chosen, chosen))))
    print_line(f"written: {output}")
    if chosen in _COMPILED and len(program.lines) >= LONG:
        print_line(
            f"{_COMPILED[chosen]} takes long to compile its {len(program.lines)} lines: "
            f"nn.interop.to_{chosen} hands networks over as arrays."
        )
