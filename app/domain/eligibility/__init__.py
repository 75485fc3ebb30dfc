"""Eligibility: may this programme take this person, and why.

    facts.py      what is known about a person, each part of it possibly unknown
    policy.py     the policy language: a programme's criteria as data, no code in it
    truth.py      true, false or unknown (Kleene)
    dates.py      civil dates and calendar durations
    custody.py    "three or more months of a custodial sentence left to serve", to the day
    judgements.py one small judgement for each of the other predicates
    rules.py      `evaluate(policy, facts, evaluated_on=...) -> Decision`
    seeded/       the policies of the programmes that the charity's documents name

A decision is made on the date the referral was received and kept: eligibility is an entry gate, never a
continuing condition, and time passing never turns an eligible man into an ineligible one. The machine never
refuses. INELIGIBLE is a proposal that a named human confirms, with reasons that can be read to the person;
UNDETERMINED asks for information and is no rejection.
"""
