"""Tests of a calibration: hold-out, left-out region, recovery, reforms."""
