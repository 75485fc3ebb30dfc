"""What crosses steps, each in one transaction."""
