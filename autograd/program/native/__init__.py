"""Native replay: a tape as machine code of this process, through llvmlite.

The rows' texts become LLVM's instructions by one fold over their trees (`code`), with the results of
Python's floats to the last bit. A small tape becomes straight-line code (`straight`), also for several
examples at a time, one in each lane; a large one is stepped through by an interpreter that is generated
from the rows (`interpreter`). `engine` decides which. `training` goes over batches and changes the
parameters.
"""

from autograd.program.native.calls import built_in
from autograd.program.native.compiler import MissingCompilerError
from autograd.program.native.engine import ENGINE
from autograd.program.native.training import TrainingLoop

__all__ = ["ENGINE", "MissingCompilerError", "TrainingLoop", "built_in"]
