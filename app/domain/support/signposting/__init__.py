"""Signposting: onward referrals to services, each sent only with the consent of the person whom it is about."""
