"""What changed for whom: judgements on the six outcomes, with what they rest on, and the forms that are evidence for them."""
