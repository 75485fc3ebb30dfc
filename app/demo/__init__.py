"""A charity to try things on, and a year of its work: all invented, all made through the public operations."""
