"""Somebody asks for a mentor for a man: intake, one disposition at any instant, the waiting list, the ledger."""
