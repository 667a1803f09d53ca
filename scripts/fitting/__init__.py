"""Commands about regions and their calibration."""
