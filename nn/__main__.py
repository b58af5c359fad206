"""``python -m nn`` is the command ``backprop``."""

from nn.cli import main

main(prog_name="backprop")
