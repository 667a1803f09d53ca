"""What a notebook calls: the verbs of the package and the results they return."""
