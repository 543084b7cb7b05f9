"""Indicators: one file a method, each with its author, year and a worked example."""
