"""The equations as a graph of scalar operations: what a run sets, when it steps, what it keeps."""
