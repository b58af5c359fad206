"""One step of training, recorded, and shown as tables, as matrices and as a picture."""

from autograd.lazy import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn.step.matrices import Matrix
    from nn.step.recorded import Recorded
    from nn.step.training_step import TrainingStep

__all__ = ["Matrix", "Recorded", "TrainingStep"]

#: What is imported when it is first asked for, and from where.
_LATER = {"Matrix": "matrices", "Recorded": "recorded", "TrainingStep": "training_step"}

__getattr__, __dir__ = lazily(__name__, lambda: __all__, _LATER.get)
