"""Who may do what: one table. A permission's value is also the OAuth scope that narrows a token to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.kernel.errors import Forbidden

if TYPE_CHECKING:
    from app.domain.kernel.actor import Actor


class Side(StrEnum):
    """For whom somebody works. Of one thing, each side may be shown another view."""

    PLATFORM = "platform"
    CHARITY = "charity"
    AGENCY = "agency"


class Role(StrEnum):
    """The roles of members and API clients. Each has a PostgreSQL role of its own (`tg_<role>`)."""

    PLATFORM_OPERATOR = "platform_operator"
    MANAGER = "manager"
    COORDINATOR = "coordinator"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    MENTOR = "mentor"
    REFERRER = "referrer"
    ANALYST = "analyst"
    DATA_PROTECTION_LEAD = "data_protection_lead"

    @property
    def side(self) -> Side:
        if self is Role.PLATFORM_OPERATOR:
            return Side.PLATFORM
        return Side.AGENCY if self is Role.REFERRER else Side.CHARITY


class Permission(StrEnum):
    """What can be asked for. Keep the list in alphabetical order."""

    ACCT_READ = "acct:read"
    ACCT_WRITE = "acct:write"
    AUDIT_READ = "audit:read"
    BARRIERS_READ = "barriers:read"
    BARRIERS_WRITE = "barriers:write"
    CALENDAR_WRITE = "calendar:write"
    CASE_STUDIES_READ = "case-studies:read"
    CASE_STUDIES_WRITE = "case-studies:write"
    CHARITIES_WRITE = "charities:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    COLLEAGUES_READ = "colleagues:read"
    CONCERNS_ACKNOWLEDGE = "concerns:acknowledge"
    CONCERNS_READ = "concerns:read"
    CONCERNS_WRITE = "concerns:write"
    DIRECTORY_READ = "directory:read"
    DIRECTORY_WRITE = "directory:write"
    ELIGIBILITY_PREVIEW = "eligibility:preview"
    ELIGIBILITY_READ = "eligibility:read"
    ENGAGEMENTS_ANSWER = "engagements:answer"
    ENGAGEMENTS_READ = "engagements:read"
    ENGAGEMENTS_WRITE = "engagements:write"
    ESTABLISHMENTS_READ = "establishments:read"
    FEEDBACK_FORMS_WRITE = "feedback-forms:write"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_WRITE = "feedback:write"
    GATE_SUPPORT_READ = "gate-support:read"
    GATE_SUPPORT_WRITE = "gate-support:write"
    GOALS_READ = "goals:read"
    GOALS_WRITE = "goals:write"
    LEDGER_READ = "ledger:read"
    MATCHING_READ = "matching:read"
    MATCHING_WRITE = "matching:write"
    MEASURE_RESPONSES_READ = "measure-responses:read"
    MEASURE_RESPONSES_WRITE = "measure-responses:write"
    MEASURES_WRITE = "measures:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MENTORS_READ = "mentors:read"
    MENTORS_WRITE = "mentors:write"
    METRICS_READ = "metrics:read"
    METRICS_UNSUPPRESSED = "metrics:unsuppressed"
    NOTES_READ = "notes:read"
    NOTES_WRITE = "notes:write"
    ORGANISATIONS_READ = "organisations:read"
    ORGANISATIONS_WRITE = "organisations:write"
    OUTCOMES_READ = "outcomes:read"
    OUTCOMES_WRITE = "outcomes:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    PLACEMENTS_READ = "placements:read"
    PLACEMENTS_WRITE = "placements:write"
    PROGRAMMES_READ = "programmes:read"
    PROGRAMMES_WRITE = "programmes:write"
    PROTECTED_CHARACTERISTICS_READ = "protected-characteristics:read"
    PROTECTED_CHARACTERISTICS_WRITE = "protected-characteristics:write"
    REFERRALS_MANAGE = "referrals:manage"
    REFERRALS_READ = "referrals:read"
    REFERRALS_WRITE = "referrals:write"
    REPORTS_PUBLISH = "reports:publish"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    RESTRICTED_NOTES_READ = "restricted-notes:read"
    RESTRICTED_NOTES_WRITE = "restricted-notes:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    SIGNPOSTING_READ = "signposting:read"
    SIGNPOSTING_WRITE = "signposting:write"
    TOOLKITS_MANAGE = "toolkits:manage"
    TOOLKITS_READ = "toolkits:read"
    TOOLKITS_WRITE = "toolkits:write"
    TRUSTED_DOCUMENTS_READ = "trusted-documents:read"
    TRUSTED_DOCUMENTS_WRITE = "trusted-documents:write"
    WAITING_LIST_READ = "waiting-list:read"


P = Permission

# Each of a charity's and its agencies' roles may be a program's, and a program sees to its own documents.
_EVERYONE_IN_A_CHARITY = frozenset(
    {P.ESTABLISHMENTS_READ, P.PROGRAMMES_READ, P.TRUSTED_DOCUMENTS_READ, P.TRUSTED_DOCUMENTS_WRITE}
)

_CASEWORK = _EVERYONE_IN_A_CHARITY | {
    P.BARRIERS_READ,
    P.BARRIERS_WRITE,
    P.CASE_STUDIES_READ,
    P.CASE_STUDIES_WRITE,
    P.COLLEAGUES_READ,
    P.CONCERNS_READ,
    P.CONCERNS_WRITE,
    P.DIRECTORY_READ,
    P.DIRECTORY_WRITE,
    P.ELIGIBILITY_PREVIEW,
    P.ELIGIBILITY_READ,
    P.ENGAGEMENTS_ANSWER,
    P.ENGAGEMENTS_READ,
    P.ENGAGEMENTS_WRITE,
    P.FEEDBACK_FORMS_WRITE,
    P.FEEDBACK_READ,
    P.FEEDBACK_WRITE,
    P.GATE_SUPPORT_READ,
    P.GATE_SUPPORT_WRITE,
    P.GOALS_READ,
    P.GOALS_WRITE,
    P.LEDGER_READ,
    P.MATCHING_READ,
    P.MATCHING_WRITE,
    P.MEASURE_RESPONSES_READ,
    P.MEASURE_RESPONSES_WRITE,
    P.MEASURES_WRITE,
    P.MENTORS_READ,
    P.MENTORS_WRITE,
    P.METRICS_READ,
    P.METRICS_UNSUPPRESSED,
    P.NOTES_READ,
    P.NOTES_WRITE,
    P.ORGANISATIONS_READ,
    P.OUTCOMES_READ,
    P.OUTCOMES_WRITE,
    P.PEOPLE_READ,
    P.PEOPLE_WRITE,
    P.PLACEMENTS_READ,
    P.PLACEMENTS_WRITE,
    P.PROTECTED_CHARACTERISTICS_READ,
    P.PROTECTED_CHARACTERISTICS_WRITE,
    P.REFERRALS_MANAGE,
    P.REFERRALS_READ,
    P.REFERRALS_WRITE,
    P.REPORTS_READ,
    P.REPORTS_WRITE,
    P.SESSIONS_READ,
    P.SESSIONS_WRITE,
    P.SIGNPOSTING_READ,
    P.SIGNPOSTING_WRITE,
    P.TOOLKITS_MANAGE,
    P.TOOLKITS_READ,
    P.TOOLKITS_WRITE,
    P.WAITING_LIST_READ,
}

# What a manager is not shown.
_RESTRICTED = frozenset(
    {P.ACCT_READ, P.ACCT_WRITE, P.CONCERNS_ACKNOWLEDGE, P.RESTRICTED_NOTES_READ, P.RESTRICTED_NOTES_WRITE}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PLATFORM_OPERATOR: frozenset(
        {P.CHARITIES_WRITE, P.ESTABLISHMENTS_READ, P.ORGANISATIONS_READ, P.ORGANISATIONS_WRITE}
    ),
    Role.MANAGER: _CASEWORK
    | {
        P.CLIENTS_READ,
        P.CLIENTS_WRITE,
        P.MEMBERS_READ,
        P.MEMBERS_WRITE,
        P.ORGANISATIONS_WRITE,
        P.PROGRAMMES_WRITE,
        P.REPORTS_PUBLISH,
    },
    Role.COORDINATOR: _CASEWORK | _RESTRICTED,
    Role.SAFEGUARDING_LEAD: _EVERYONE_IN_A_CHARITY
    | _RESTRICTED
    | {
        P.COLLEAGUES_READ,
        P.CONCERNS_READ,
        P.CONCERNS_WRITE,
        P.DIRECTORY_READ,
        P.ELIGIBILITY_READ,
        P.PEOPLE_READ,
        P.PLACEMENTS_READ,
        P.PROTECTED_CHARACTERISTICS_READ,
        P.REFERRALS_READ,
        P.WAITING_LIST_READ,
    },
    Role.MENTOR: _EVERYONE_IN_A_CHARITY
    | {
        P.BARRIERS_READ,
        P.BARRIERS_WRITE,
        P.CALENDAR_WRITE,
        P.CONCERNS_READ,
        P.CONCERNS_WRITE,
        P.DIRECTORY_READ,
        P.ENGAGEMENTS_ANSWER,
        P.ENGAGEMENTS_READ,
        P.FEEDBACK_WRITE,
        P.GATE_SUPPORT_READ,
        P.GOALS_READ,
        P.GOALS_WRITE,
        P.MEASURE_RESPONSES_READ,
        P.MEASURE_RESPONSES_WRITE,
        P.NOTES_READ,
        P.NOTES_WRITE,
        P.PLACEMENTS_READ,
        P.SESSIONS_READ,
        P.SESSIONS_WRITE,
        P.SIGNPOSTING_READ,
        P.SIGNPOSTING_WRITE,
        P.TOOLKITS_READ,
        P.TOOLKITS_WRITE,
    },
    Role.REFERRER: _EVERYONE_IN_A_CHARITY
    | {P.ELIGIBILITY_PREVIEW, P.FEEDBACK_WRITE, P.REFERRALS_READ, P.REFERRALS_WRITE},
    Role.ANALYST: _EVERYONE_IN_A_CHARITY | {P.DIRECTORY_READ, P.METRICS_READ},
    Role.DATA_PROTECTION_LEAD: _EVERYONE_IN_A_CHARITY | {P.AUDIT_READ, P.DIRECTORY_READ},
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Of whoever asks, what decides which things and which of their fields are shown: a plan is compiled once for all who
    share it."""

    side: Side
    permissions: frozenset[Permission]


def require(actor: "Actor", permission: Permission) -> None:
    """Refuse unless role ∩ scope holds the permission. Raises `Forbidden` (403); it says nothing about any object."""
    if permission not in actor.permissions:
        raise lacking(permission)


def lacking(permission: Permission) -> Forbidden:
    """The refusal of somebody whose role or scopes do not hold the permission."""
    return Forbidden(
        f"This needs the scope {permission.value}.",
        headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{permission.value}"'},
    )


_WHO = {
    Side.PLATFORM: "the platform's operators",
    Side.CHARITY: "the charity's own people",
    Side.AGENCY: "an agency's people and programs",
}


def for_others(side: Side) -> Forbidden:
    """The refusal of somebody of another side, whatever his scopes."""
    return Forbidden(f"This is for {_WHO[side]}.")


def narrow(role: Role, scopes: frozenset[str] | None) -> frozenset[Permission]:
    """Role ∩ scopes: never more than the role, never more than was asked for. `None` asks for the whole role."""
    allowed = ROLE_PERMISSIONS[role]
    return allowed if scopes is None else frozenset(p for p in allowed if p.value in scopes)
