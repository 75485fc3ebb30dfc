"""The volunteer pipeline: who may mentor, where, how many people at once, and who looks after them."""
