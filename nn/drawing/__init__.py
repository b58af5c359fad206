"""A training step as a picture, as lecture notes draw a network."""

from nn.drawing.draw import ALL_FRAMES, draw_network

__all__ = ["ALL_FRAMES", "draw_network"]
