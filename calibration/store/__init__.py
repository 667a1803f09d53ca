"""Named calibrations on disk: their manifest and tables, read, written and adopted."""
