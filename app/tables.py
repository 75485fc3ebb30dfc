"""Every table of the service, for the migrations to compare with: one import each, in the order of the journey."""

from app.domain.eligibility import models as eligibility
from app.domain.kernel import audit, events, idempotency
from app.domain.matching import models as matching
from app.domain.mentors import models as mentors
from app.domain.organisations import models as organisations
from app.domain.outcomes import models as outcomes
from app.domain.people import models as people
from app.domain.referrals import models as referrals
from app.domain.reports import case_study as case_studies
from app.domain.reports import models as reports
from app.domain.safeguarding import models as safeguarding
from app.domain.sessions import models as sessions
from app.domain.support.directory import models as directory
from app.domain.support.feedback import models as feedback
from app.domain.support.goals import models as goals
from app.domain.support.signposting import models as signposting
from app.domain.support.toolkits import models as toolkits
from app.domain.through_the_gate import models as through_the_gate

__all__ = [
    "audit",
    "case_studies",
    "directory",
    "eligibility",
    "events",
    "feedback",
    "goals",
    "idempotency",
    "matching",
    "mentors",
    "organisations",
    "outcomes",
    "people",
    "referrals",
    "reports",
    "safeguarding",
    "sessions",
    "signposting",
    "through_the_gate",
    "toolkits",
]
