"""The desk: the model, its draws and its texts in one HTML file that needs no network."""
