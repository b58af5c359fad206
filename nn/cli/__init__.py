"""The command ``backprop``: worked examples of backpropagation in the terminal."""

from nn.cli.main import main

__all__ = ["main"]
