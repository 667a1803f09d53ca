"""A region's published series, prices and units, and its folder."""
