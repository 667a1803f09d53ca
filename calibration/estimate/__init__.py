"""Point estimates: least squares, profiles, bootstrap, partial fits."""
