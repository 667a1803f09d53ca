"""The figures of a calibration's report, a file a kind."""
