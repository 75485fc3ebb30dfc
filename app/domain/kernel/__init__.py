"""What every step of the journey stands on: who asks, what they may do, how errors are named, how rows are read."""
