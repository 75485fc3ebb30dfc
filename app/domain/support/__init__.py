"""What mentor and mentee work on together: plans and goals, workbooks; the directory of services, and onward referrals to
them; what those who take part say about it."""
