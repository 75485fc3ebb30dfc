"""What he wants to reach: agreed together, in small steps, changed freely; a plan that is looked at again from time to time."""
