"""Feedback: short questions to mentees, mentors and professionals. Not answering is an answer."""
