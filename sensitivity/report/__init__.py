"""The page, tables and figures of a study."""
