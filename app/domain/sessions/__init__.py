"""Sessions: what happens between mentor and mentee, planned and recorded; no absence ends anything."""
