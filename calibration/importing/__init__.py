"""A case from a spreadsheet: its cells, its layout, what its headings mean, and the folder made."""
