"""Who comes first when there are too few places: whoever lost his mentor; then a useful amount of time left, the nearest
deadline, the list.

The order is of people alone, never of pairs: nobody is passed over because a mentor would suit somebody else better.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from app.domain.matching.facts import MenteeFacts
from app.domain.matching.policy import MatchingPolicyDocument


def useful(mentee: MenteeFacts, policy: MatchingPolicyDocument, *, today: date) -> bool:
    """Whether enough time is left for a match to be of use; where no release is known, there is."""
    return mentee.release_on is None or mentee.release_on - today >= timedelta(weeks=policy.useful_weeks)


def in_order(mentees: Sequence[MenteeFacts], policy: MatchingPolicyDocument, *, today: date) -> list[MenteeFacts]:
    """The people who wait, whoever has to be served first in front."""

    def key(mentee: MenteeFacts) -> tuple[bool, bool, date, int, str]:
        late = not useful(mentee, policy, today=today)
        return not mentee.under_way, late, mentee.release_on or date.max, mentee.place, str(mentee.referral_id)

    return sorted(mentees, key=key)
