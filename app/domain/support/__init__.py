"""What mentor and mentee work on together: plans and goals, workbooks, onward referrals; and what those who take part say
about it."""
