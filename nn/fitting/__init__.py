"""fit(): training by mini-batches, on whichever engine runs the recorded error of one example."""

from nn.fitting.history import History
from nn.fitting.loop import fit
from nn.fitting.prediction import predict, predict_proba
from nn.fitting.stopping import EarlyStopping

__all__ = ["EarlyStopping", "History", "fit", "predict", "predict_proba"]
