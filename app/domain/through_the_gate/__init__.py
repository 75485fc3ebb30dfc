"""One relationship across prisons, release and the months after: where somebody is, how he came there, what is arranged."""
