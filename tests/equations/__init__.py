"""The equations of five documents on backpropagation, one test each, against the graph."""
