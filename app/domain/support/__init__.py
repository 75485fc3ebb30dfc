"""What surrounds the meetings: what those who take part say about them."""
