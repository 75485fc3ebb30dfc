"""Who could mentor whom, why, and what is best for everybody who waits: rules, preferences, the optimum, the reasons."""
