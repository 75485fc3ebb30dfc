"""The weeks one after another, for all runs at once. In each week, in this order: engagements end; referrals come; free
places are filled; whoever is released before the week is over, and was not matched, has been released unserved.

A mentor who stops takes places away, not people: those they met are handed over where a place is free, and otherwise keep
theirs until the end; nobody new is matched meanwhile. Free places are those that mentors have less those that are held.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.matching.forecast.curves import Floats, Ints
from app.domain.matching.forecast.draws import People


@dataclass(frozen=True)
class Paths:
    """The end of each week, (weeks, runs); counts of people since the start where a name is a participle."""

    arrived: Ints
    served: Ints
    unserved: Ints
    waiting: Ints
    engaged: Ints
    free: Ints
    mean_wait: Floats
    """Of those who were served, (runs); not a number where nobody was."""
    served_in: Ints
    """The week in which each of the people was matched, (runs, people); -1 for nobody."""


def simulate(people: People, capacity: Ints, held_until: Ints) -> Paths:
    weeks, runs = capacity.shape
    row = np.arange(runs)
    over = np.zeros((weeks + 1, runs), dtype=np.int64)  # engagements that end as the week begins
    np.add.at(over, (np.clip(held_until, 0, weeks), row[:, None]), 1)
    engaged = np.full(runs, held_until.shape[1], dtype=np.int64)
    still = people.arrives < weeks
    served_in = np.full(people.arrives.shape, -1, dtype=np.int64)
    arrived, served, unserved, waiting, held, free = (np.zeros((weeks, runs), dtype=np.int64) for _ in range(6))
    for week in range(weeks):
        engaged -= over[week]
        here = still & (people.arrives <= week)
        room = np.maximum(capacity[week] - engaged, 0)
        asked = here & (people.matched_until >= week)
        matched = asked & (np.cumsum(asked, axis=1) <= room[:, None])
        run, person = np.nonzero(matched)
        np.add.at(over, (np.minimum(week + people.length[run, person], weeks), run), 1)
        served_in[run, person] = week
        released = here & ~matched & (people.leaves < week + 1)
        still &= ~(matched | released)
        new = matched.sum(axis=1)
        engaged += new
        arrived[week] = (people.arrives == week).sum(axis=1)
        served[week], unserved[week] = new, released.sum(axis=1)
        waiting[week] = here.sum(axis=1) - new - unserved[week]
        held[week], free[week] = engaged, np.maximum(capacity[week] - engaged, 0)
    arrived[0] -= people.at_start
    got = served_in >= 0
    count = got.sum(axis=1)
    waits = np.where(got, served_in - people.arrives + people.waited, 0.0).sum(axis=1)
    mean_wait = np.where(count > 0, waits / np.maximum(count, 1), np.nan)
    arrived, served, unserved = (np.cumsum(each, axis=0) for each in (arrived, served, unserved))
    return Paths(arrived, served, unserved, waiting, held, free, mean_wait, served_in)
