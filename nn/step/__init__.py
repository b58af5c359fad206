"""One step of training, recorded, and shown as tables, as matrices and as a picture."""

from nn.step.matrices import Matrix
from nn.step.recorded import Recorded
from nn.step.training_step import TrainingStep

__all__ = ["Matrix", "Recorded", "TrainingStep"]
