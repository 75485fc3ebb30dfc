"""Metrics, what is hidden of them outside, and reports."""
