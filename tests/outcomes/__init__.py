"""Outcomes and measures."""
