"""A recorded computation as a straight-line program: its lines, forward and in reverse.

A graph *is* such a program (Wengert, "A simple automatic derivative evaluation program", CACM 7, 1964).
Here its lines can be printed, run on other numbers, written otherwise and differentiated, one operation
per line or one named quantity per line. `Program` is the way in; a `Line` is one line; a `Naming` says
what gradients and partials are called.

>>> from autograd import Value
>>> w, x = Value(0.5, "w"), Value(2.0, "x")
>>> program = Program.from_graph(((w * x).named("net").sigmoid()).named("out")).differentiated()
>>> for line in program.lines.values():
...     print(f"{line.kind:9} {line.symbol} = {line.formula}")
value     net = w * x
value     out = sigmoid(net)
gradient  dout/dout = 1.0
gradient  dout/dnet = out * (1.0 - out)
partial   dnet/dw = x
gradient  dout/dw = dout/dnet * x
partial   dnet/dx = w
gradient  dout/dx = dout/dnet * w
"""

from autograd.program.line import KINDS, Line, LineError, Operand
from autograd.program.naming import LEIBNIZ, Leibniz, Naming
from autograd.program.program import Keep, Program
from autograd.program.python import evaluated
from autograd.program.record import record
from autograd.program.recorded import Batch, Gradients, RecordedProgram

__all__ = [
    "KINDS",
    "LEIBNIZ",
    "Batch",
    "Gradients",
    "Keep",
    "Leibniz",
    "Line",
    "LineError",
    "Naming",
    "Operand",
    "Program",
    "RecordedProgram",
    "evaluated",
    "record",
]
