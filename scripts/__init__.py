"""The command ``smecluster``: one file a command; each parses, calls and prints."""
