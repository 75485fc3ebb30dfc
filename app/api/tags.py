"""What the explorer groups the operations under, in the order of a mentee's journey."""

TAGS = [
    {"name": "Referrals", "description": "Somebody asks for a mentor for a man; where that stands, and since when."},
    {"name": "People", "description": "Who he is as far as known, custody facts, consents. Never in an address."},
    {"name": "Eligibility", "description": "What a policy says, with every reason. A machine never refuses anybody."},
    {"name": "Programmes", "description": "What a charity offers; policies, intake, waiting list, ledger."},
    {
        "name": "Mentors",
        "description": "The volunteer pipeline, checks, trainings, supervision, hours; what to look at.",
    },
    {
        "name": "Matching",
        "description": "Wishes, what keeps two apart, runs over a programme, and why this one and not that.",
    },
    {"name": "Forecast", "description": "The weeks ahead as ranges, and how many mentors it takes."},
    {
        "name": "Engagements",
        "description": "The mentoring relationship, from the question to the end, and bridging tasks.",
    },
    {
        "name": "Sessions",
        "description": "Planned, in series, recorded, moved; and how often they have met. No absence ends anything.",
    },
    {
        "name": "Notes",
        "description": "What was written about sessions, and what stands in the way of meeting: so that somebody asks.",
    },
    {
        "name": "Safeguarding",
        "description": "Concerns, restricted notes, the state of an ACCT. **This is not the alarm:** whoever is worried about "
        "somebody tells wing staff face to face, or the emergency services, and then records it here.",
    },
    {
        "name": "Through the gate",
        "description": "Where he stays, in which prison and after release, day by day without a gap.",
    },
    {
        "name": "Endings",
        "description": "Agreed from the start, counted down, looked back at. Nothing ends by itself.",
    },
    {
        "name": "Goals",
        "description": "What he wants to reach, agreed together, in small steps; and the plan that holds them.",
    },
    {
        "name": "Toolkits",
        "description": "The charity's workbooks, how far somebody has come with one, and his certificate.",
    },
    {
        "name": "Directory",
        "description": "Services that may help, in Open Referral UK's shape: kept by charities, readable by everybody.",
    },
    {
        "name": "Signposting",
        "description": "Onward referrals to services, each sent only with the person's consent, and whether they helped.",
    },
    {
        "name": "Feedback",
        "description": "Short questions to mentees, mentors and professionals. Not wishing to answer is an answer.",
    },
    {
        "name": "Outcomes",
        "description": "What was found about each of the six, and what it rests on. Judgements are superseded, never edited.",
    },
    {
        "name": "Measures",
        "description": "Forms as their licence lets the charity use them, and whether a score has changed by more than chance.",
    },
    {
        "name": "Metrics",
        "description": "Figures as versioned definitions, with their uncertainty. Outside, nobody can be found in them.",
    },
    {
        "name": "Reports",
        "description": "A period counted once and kept for ever, as JSON, page and PDF; published or not.",
    },
    {"name": "Organisations", "description": "Charities, partner agencies, establishments."},
    {"name": "Members and clients", "description": "Who gets in, as what."},
    {"name": "Audit", "description": "Who did what, when."},
    {"name": "Authentication", "description": "Tokens, keys, metadata."},
    {"name": "Problems", "description": "The pages behind the problems' `type`."},
    {"name": "Operations", "description": "Probes and metrics."},
]
