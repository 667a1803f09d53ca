"""Sensitivity studies: large ones that can be stopped, continued and trusted.

A study file names factors, outputs and a method (`sensitivity.study`); its runs are made in
parts that are kept as they are finished (`sensitivity.running`, `sensitivity.store.folder`), and
analysed as often as one likes without running the model again (`sensitivity.analysis.compute`).
"""
