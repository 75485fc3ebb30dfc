"""The journey of one man, and the words for it, in order.

- **organisations**: the charity (the tenant), its partner agencies, the establishments, the programmes, the members
  with their roles, the API clients.
- **people**: the person supported: as much of his identity as is known, typed identifiers, dated custody facts,
  convictions by group, what was explained to him and what he agreed to.
- **eligibility**: a programme's policy, and decisions under it with all their reasons. A machine may say ELIGIBLE or
  that it cannot tell; INELIGIBLE is a proposal until a named person confirms it.
- **referrals**: somebody asks for a mentor for him. The referral stands in exactly one *disposition* at any instant;
  the waiting list and the ledger are two ways of reading that.

A later step may know an earlier one, never the reverse. In each step `models.py` says what it is, `rules.py` what is
true, `queries.py` what may be asked, `operations.py` what may be done.
"""
