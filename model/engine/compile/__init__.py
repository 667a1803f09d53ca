"""From the graph to compiled code."""
