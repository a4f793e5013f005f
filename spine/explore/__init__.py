"""The questions that people bring to the graph, each a pure function over a `Reader` and the context of the call."""
