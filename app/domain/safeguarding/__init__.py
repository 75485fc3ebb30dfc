"""Concerns about somebody's safety, and what only coordinators and the safeguarding lead may read."""
