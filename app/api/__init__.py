"""The REST door: each router parses, calls one thing of the domain, and represents what came of it."""
