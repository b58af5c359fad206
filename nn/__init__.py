"""Networks of neurons out of the nodes of `autograd`."""
