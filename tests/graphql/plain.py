"""An independent answer to a document: graphql-core's own executor over rows fetched whole by the superuser, filtered,
ordered and paged in Python, with edges by dictionary. Slow, simple, and without a line of the compiler."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    build_schema,
    execute_sync,
    parse,
)
from graphql.execution.values import get_directive_values

from app.domain.referrals.models import Disposition
from app.domain.referrals.rules import status_of
from app.graphql.schema import sdl
from tests.graphql import mentors, outcomes, safeguarding, through_the_gate
from tests.security.rows import Rows

Row = dict[str, Any]
TABLES = {
    "organisations": "organisation",
    "programmes": "programme",
    "members": "member",
    "clients": "client",
    "people": "person",
    "referrals": "referral",
}
BEHIND = (
    "person_identifier",
    "conviction",
    "custody_facts",
    "consent",
    "explanation",
    "eligibility_decision",
    "disposition_change",
    "eligibility_policy",
    "client_secret",
    "trusted_document",
    "matching_policy",
    "engagement",
    "engagement_mentor",
    "engagement_change",
    "bridging_task",
    "match_run",
    "match_line",
    "match_profile",
    "match_exclusion",
    "mentor",
    "mentor_step",
    "mentor_check",
    "mentor_training",
    "supervision_contact",
    "mentor_hours",
    "supervisor_absence",
    "mentoring_session",
    "session_entry",
    "session_series",
    "session_note",
    "session_note_known_name",
    "barrier",
    "barrier_attempt",
    "concern",
    "concern_addition",
    "concern_alarm",
    "calendar_feed",
    "feedback",
    "feedback_form",
    "action_plan",
    "plan_review",
    "goal",
    "goal_step",
    "goal_entry",
    "toolkit",
    "toolkit_progress",
    "progress_unit",
    "progress_entry",
    "certificate",
    "onward_referral",
    "onward_referral_entry",
    "placement",
    "placement_entry",
    "temporary_absence",
    "move_review",
    "gate_support",
    "gate_support_step",
    "reconnect_card",
    "contact_permission",
    "professional_contact",
    "reminder",
    "person_merge",
    "person_timeline",
    "ending_agreement",
    "closing_review",
    "outcome_judgement",
    "report",
    "publication",
    "case_study",
    "measure",
    "measure_response",
    "death",
    "licence_condition",
    "release_plan",
    "release_plan_item",
    "release_plan_entry",
    "directory_service",
)
DEFAULT_ORDER = {
    "person": "CREATED_AT_DESC",
    "referral": "RECEIVED_ON_DESC",
    "member": "DISPLAY_NAME_ASC",
    "custody_facts": "SEQUENCE_DESC",
    "consent": "RECORDED_AT_DESC",
    "explanation": "RECORDED_AT_DESC",
    "eligibility_policy": "POLICY_VERSION_DESC",
    "eligibility_decision": "SEQUENCE_DESC",
    "matching_policy": "POLICY_VERSION_DESC",
    "engagement": "CREATED_AT_DESC",
    "mentor": "DISPLAY_NAME_ASC",
    "mentor_training": "COMPLETED_ON_DESC",
    "supervision_contact": "HELD_ON_DESC",
    "mentor_hours": "GIVEN_ON_DESC",
    "bridging_task": "DUE_ON_ASC",
    "match_line": "PLACE_ASC",
    "match_run": "CREATED_AT_DESC",
    "mentoring_session": "STARTS_AT_ASC",
    "session_series": "CREATED_AT_DESC",
    "session_note": "CREATED_AT_DESC",
    "barrier": "CREATED_AT_DESC",
    "concern": "CREATED_AT_DESC",
    "concern_alarm": "CREATED_AT_DESC",
    "calendar_feed": "CREATED_AT_DESC",
    "feedback": "CREATED_AT_DESC",
    "feedback_form": "CREATED_AT_DESC",
    "action_plan": "CREATED_AT_DESC",
    "goal": "CREATED_AT_DESC",
    "toolkit": "CODE_ASC",
    "toolkit_progress": "CREATED_AT_DESC",
    "onward_referral": "CREATED_AT_DESC",
    "placement": "ARRIVED_ON_DESC",
    "temporary_absence": "LEFT_ON_DESC",
    "move_review": "CREATED_AT_DESC",
    "gate_support": "CREATED_AT_DESC",
    "reconnect_card": "CREATED_AT_DESC",
    "contact_permission": "RECORDED_AT_DESC",
    "professional_contact": "RECORDED_AT_DESC",
    "reminder": "DUE_ON_ASC",
    "person_merge": "RECORDED_AT_DESC",
    "person_timeline": "HAPPENED_ON_ASC",
    "ending_agreement": "RECORDED_AT_DESC",
    "closing_review": "RECORDED_AT_DESC",
    "outcome_judgement": "RECORDED_AT_DESC",
    "report": "TAKEN_AT_DESC",
    "publication": "PUBLISHED_AT_DESC",
    "case_study": "CREATED_AT_DESC",
    "measure": "CREATED_AT_DESC",
    "measure_response": "CREATED_AT_DESC",
    "death": "CREATED_AT_DESC",
    "licence_condition": "RECORDED_AT_DESC",
    "release_plan": "CREATED_AT_DESC",
    "directory_service": "NAME_ASC",
}
# Lists inside an object: the table, and the column that holds the object's id.
INSIDE = {
    ("Programme", "referrals"): ("referral", "programme_id"),
    ("Programme", "policies"): ("eligibility_policy", "programme_id"),
    ("Person", "referrals"): ("referral", "person_id"),
    ("Person", "contactPermissions"): ("contact_permission", "person_id"),
    ("Person", "deaths"): ("death", "person_id"),
    ("Engagement", "endingAgreements"): ("ending_agreement", "engagement_id"),
    ("Engagement", "closingReviews"): ("closing_review", "engagement_id"),
    ("Engagement", "outcomeJudgements"): ("outcome_judgement", "engagement_id"),
    ("Engagement", "measureResponses"): ("measure_response", "engagement_id"),
    ("Person", "merges"): ("person_merge", "person_id"),
    ("Person", "timeline"): ("person_timeline", "person_id"),
    ("Engagement", "reminders"): ("reminder", "engagement_id"),
    ("Person", "professionalContacts"): ("professional_contact", "person_id"),
    ("Person", "licenceConditions"): ("licence_condition", "person_id"),
    ("Engagement", "releasePlans"): ("release_plan", "engagement_id"),
    ("Person", "placements"): ("placement", "person_id"),
    ("Person", "custodyHistory"): ("custody_facts", "person_id"),
    ("Person", "consents"): ("consent", "person_id"),
    ("Person", "explanations"): ("explanation", "person_id"),
    ("Organisation", "referrals"): ("referral", "partner_id"),
    ("Organisation", "members"): ("member", "organisation_id"),
    ("Organisation", "clients"): ("client", "organisation_id"),
    ("Referral", "decisions"): ("eligibility_decision", "referral_id"),
    ("Referral", "duplicates"): ("referral", "duplicate_of_id"),
    ("Programme", "matchingPolicies"): ("matching_policy", "programme_id"),
    ("Referral", "engagements"): ("engagement", "referral_id"),
    ("Mentor", "engagements"): ("engagement", "mentor_id"),
    ("Mentor", "trainings"): ("mentor_training", "mentor_id"),
    ("Mentor", "supervisions"): ("supervision_contact", "mentor_id"),
    ("Mentor", "hours"): ("mentor_hours", "mentor_id"),
    ("Engagement", "tasks"): ("bridging_task", "engagement_id"),
    ("Engagement", "sessions"): ("mentoring_session", "engagement_id"),
    ("Engagement", "series"): ("session_series", "engagement_id"),
    ("Engagement", "goals"): ("goal", "engagement_id"),
    ("Engagement", "actionPlans"): ("action_plan", "engagement_id"),
    ("Engagement", "toolkitProgress"): ("toolkit_progress", "engagement_id"),
    ("ActionPlan", "goals"): ("goal", "plan_id"),
    ("Engagement", "gateSupport"): ("gate_support", "engagement_id"),
    ("Engagement", "onwardReferrals"): ("onward_referral", "engagement_id"),
    ("Series", "sessions"): ("mentoring_session", "series_id"),
    ("Engagement", "barriers"): ("barrier", "engagement_id"),
    ("MatchRun", "lines"): ("match_line", "run_id"),
}
# One thing inside an object: the table, and the object's column that holds its id.
ONE = {
    ("Referral", "person"): ("person", "person_id"),
    ("Referral", "programme"): ("programme", "programme_id"),
    ("Referral", "partner"): ("organisation", "partner_id"),
    ("Referral", "duplicateOf"): ("referral", "duplicate_of_id"),
    ("HistoryEntry", "referral"): ("referral", "referral_id"),
    ("Policy", "programme"): ("programme", "programme_id"),
    ("Member", "organisation"): ("organisation", "organisation_id"),
    ("Client", "organisation"): ("organisation", "organisation_id"),
    ("Session", "supersededBy"): ("mentoring_session", "superseded_by_id"),
    ("Feedback", "form"): ("feedback_form", "form_id"),
    ("Feedback", "engagement"): ("engagement", "engagement_id"),
    ("Feedback", "referral"): ("referral", "referral_id"),
    ("ActionPlan", "engagement"): ("engagement", "engagement_id"),
    ("Goal", "engagement"): ("engagement", "engagement_id"),
    ("Goal", "plan"): ("action_plan", "plan_id"),
    ("ToolkitProgress", "engagement"): ("engagement", "engagement_id"),
    ("ToolkitProgress", "toolkit"): ("toolkit", "toolkit_id"),
    ("ProgressUnit", "session"): ("mentoring_session", "session_id"),
    ("Certificate", "progress"): ("toolkit_progress", "progress_id"),
    ("Session", "engagement"): ("engagement", "engagement_id"),
    ("OnwardReferral", "service"): ("directory_service", "service_id"),
    ("SessionNote", "session"): ("mentoring_session", "session_id"),
    ("Barrier", "engagement"): ("engagement", "engagement_id"),
    ("Concern", "person"): ("person", "person_id"),
    ("Placement", "person"): ("person", "person_id"),
    ("TemporaryAbsence", "person"): ("person", "person_id"),
    ("ContactPermission", "person"): ("person", "person_id"),
    ("ReconnectCard", "support"): ("gate_support", "support_id"),
    ("Death", "person"): ("person", "person_id"),
    ("EndingAgreement", "engagement"): ("engagement", "engagement_id"),
    ("ClosingReview", "engagement"): ("engagement", "engagement_id"),
    ("CaseStudy", "engagement"): ("engagement", "engagement_id"),
    ("OutcomeJudgement", "engagement"): ("engagement", "engagement_id"),
    ("MeasureResponse", "engagement"): ("engagement", "engagement_id"),
    ("MeasureResponse", "measure"): ("measure", "measure_id"),
    ("Reminder", "person"): ("person", "person_id"),
    ("Reminder", "engagement"): ("engagement", "engagement_id"),
    ("ProfessionalContact", "person"): ("person", "person_id"),
    ("LicenceCondition", "person"): ("person", "person_id"),
    ("ReleasePlan", "person"): ("person", "person_id"),
    ("ReleasePlan", "engagement"): ("engagement", "engagement_id"),
    ("GateSupport", "person"): ("person", "person_id"),
    ("GateSupport", "engagement"): ("engagement", "engagement_id"),
    ("MoveReview", "person"): ("person", "person_id"),
    ("MoveReview", "engagement"): ("engagement", "engagement_id"),
    ("MoveReview", "placement"): ("placement", "placement_id"),
    ("OnwardReferral", "engagement"): ("engagement", "engagement_id"),
    ("MatchLine", "referral"): ("referral", "referral_id"),
    ("MatchLine", "mentor"): ("mentor", "mentor_id"),
    ("MatchLine", "engagement"): ("engagement", "engagement_id"),
    ("BridgingTask", "engagement"): ("engagement", "engagement_id"),
    ("Engagement", "mentee"): ("person", "person_id"),
    ("Engagement", "person"): ("person", "person_id"),
    ("Engagement", "referral"): ("referral", "referral_id"),
    ("Engagement", "mentor"): ("mentor", "mentor_id"),
    ("Engagement", "proposedMentor"): ("mentor", "proposed_mentor_id"),
}
# Whatever a manager finds by its id.
NODES = {
    "Client": "client",
    "Consent": "consent",
    "CustodyFacts": "custody_facts",
    "Explanation": "explanation",
    "HistoryEntry": "disposition_change",
    "Member": "member",
    "Organisation": "organisation",
    "Person": "person",
    "Policy": "eligibility_policy",
    "Programme": "programme",
    "Referral": "referral",
    "TrustedDocument": "trusted_document",
    "Absence": "supervisor_absence",
    "BridgingTask": "bridging_task",
    "Check": "mentor_check",
    "Engagement": "engagement",
    "EngagementChange": "engagement_change",
    "EngagementMentor": "engagement_mentor",
    "Hours": "mentor_hours",
    "MatchExclusion": "match_exclusion",
    "MatchLine": "match_line",
    "MatchProfile": "match_profile",
    "MatchRun": "match_run",
    "MatchingPolicy": "matching_policy",
    "Mentor": "mentor",
    "MentorStep": "mentor_step",
    "Supervision": "supervision_contact",
    "Training": "mentor_training",
    "Session": "mentoring_session",
    "SessionEntry": "session_entry",
    "Series": "session_series",
    "SessionNote": "session_note",
    "Barrier": "barrier",
    "BarrierAttempt": "barrier_attempt",
    "Concern": "concern",
    "ConcernAddition": "concern_addition",
    "ConcernAlarm": "concern_alarm",
    "CalendarFeed": "calendar_feed",
    "Feedback": "feedback",
    "FeedbackForm": "feedback_form",
    "ActionPlan": "action_plan",
    "PlanReview": "plan_review",
    "Goal": "goal",
    "GoalStep": "goal_step",
    "GoalEntry": "goal_entry",
    "Toolkit": "toolkit",
    "ToolkitProgress": "toolkit_progress",
    "ProgressUnit": "progress_unit",
    "ProgressEntry": "progress_entry",
    "Certificate": "certificate",
    "OnwardReferral": "onward_referral",
    "OnwardReferralEntry": "onward_referral_entry",
    "Placement": "placement",
    "PlacementEntry": "placement_entry",
    "TemporaryAbsence": "temporary_absence",
    "MoveReview": "move_review",
    "GateSupport": "gate_support",
    "ReconnectCard": "reconnect_card",
    "ContactPermission": "contact_permission",
    "ProfessionalContact": "professional_contact",
    "Reminder": "reminder",
    "PersonMerge": "person_merge",
    "EndingAgreement": "ending_agreement",
    "ClosingReview": "closing_review",
    "OutcomeJudgement": "outcome_judgement",
    "Report": "report",
    "CaseStudy": "case_study",
    "Measure": "measure",
    "MeasureResponse": "measure_response",
    "Death": "death",
    "LicenceCondition": "licence_condition",
    "ReleasePlan": "release_plan",
    "ReleasePlanItem": "release_plan_item",
    "ReleasePlanEntry": "release_plan_entry",
    "GateSupportStep": "gate_support_step",
    "DirectoryService": "directory_service",
}
BY = {"organisationBy": "organisation", "memberBy": "member", "referralBy": "referral"}
_SCHEMA = build_schema(sdl())


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return str(value) if isinstance(value, UUID | date) else value


def _has(row: Row, by: Row) -> bool:
    """Whether a row is what was asked for by these values, which may lie in an input of their own."""
    return all(
        _has(row, value) if isinstance(value, dict) else _shown(row[_snake(name)]) == value
        for name, value in by.items()
    )


def _selects(info: GraphQLResolveInfo, kind: str, nodes: Sequence[Any]) -> bool:
    """Whether anything is selected of this type: what is of no type that is asked for is not looked for."""
    for node in nodes:
        for one in node.selection_set.selections:
            skip = get_directive_values(GraphQLSkipDirective, one, info.variable_values)
            include = get_directive_values(GraphQLIncludeDirective, one, info.variable_values)
            if (skip and skip["if"]) or (include and not include["if"]):
                continue
            if isinstance(one, FieldNode):
                return True
            inner = info.fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
            of = inner.type_condition.name.value if inner.type_condition else kind
            if of in (kind, "Node") and _selects(info, kind, [inner]):
                return True
    return False


class Plain:
    """One charity's rows."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables

    @classmethod
    async def load(cls, rows: Rows, charity: UUID) -> "Plain":
        found = {}
        for table in (*TABLES.values(), *BEHIND):
            of_json = {
                row["column_name"]
                for row in await rows.sql.fetch(
                    "select column_name from information_schema.columns where table_name = $1 and udt_name like 'json%'",
                    table,
                )
            }
            found[table] = [
                {k: json.loads(v) if k in of_json and isinstance(v, str) else v for k, v in dict(row).items()}
                for row in await rows.sql.fetch(f"select * from {table} where charity_id = $1", charity)
            ]
        return cls(found)

    def answer(self, document: str, variables: dict[str, Any]) -> Any:
        result = execute_sync(_SCHEMA, parse(document), variable_values=variables, field_resolver=self._resolve)
        assert not result.errors, result.errors
        return result.data

    def _resolve(self, source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        if info.parent_type.name == "Query":
            if info.field_name in TABLES:
                table = TABLES[info.field_name]
                among = [row for row in self.tables[table] if row.get("merged_into_id") is None]
                return self._page(table, among, given)
            if info.field_name in ("node", "nodes"):
                kinds = [kind for kind in NODES if _selects(info, kind, info.field_nodes)]
                found = [self._node(one, kinds) for one in given.get("ids", [given.get("id")])]
                return found if info.field_name == "nodes" else found[0]
            by = given["by"] if info.field_name in BY else {"id": given["id"]}
            table = BY.get(info.field_name, info.field_name)
            return next((row for row in self.tables[table] if _has(row, by)), None)
        at = info.parent_type.name, info.field_name
        if at in INSIDE:
            table, column = INSIDE[at]
            return self._page(table, self.of(table, column, source["id"]), given)
        if at in ONE:
            table, column = ONE[at]
            return next(iter(self.of(table, "id", source[column])), None)
        return _shown(_COMPUTED[at](self, source) if at in _COMPUTED else source[_snake(info.field_name)])

    def _node(self, key: str, kinds: list[str]) -> Row | None:
        for kind in kinds:
            for row in self.tables[NODES[kind]]:
                if str(row["id"]) == key:
                    return {**row, "__typename": kind}
        return None

    def of(self, table: str, column: str, key: Any) -> list[Row]:
        return [row for row in self.tables[table] if row[column] == key]

    def _page(self, table: str, among: list[Row], given: dict[str, Any]) -> Row:
        rows = [row for row in among if self._kept(row, given.get("filter") or {})]
        column, _, way = (given.get("orderBy") or DEFAULT_ORDER.get(table, "NAME_ASC")).lower().rpartition("_")
        rows.sort(key=lambda row: (row[column], row["id"]), reverse=way == "desc")
        last = given.get("last")
        count = given.get("first") if last is None else last
        count = 50 if count is None else count
        page = rows[:count] if last is None else rows[max(len(rows) - count, 0) :]
        more = len(rows) > count
        return {
            "edges": [{"cursor": str(row["id"]), "node": row} for row in page],
            "page_info": {
                "has_next_page": more and last is None,
                "has_previous_page": more and last is not None,
                "start_cursor": str(page[0]["id"]) if page else None,
                "end_cursor": str(page[-1]["id"]) if page else None,
            },
        }

    def _kept(self, row: Row, filters: Row) -> bool:
        for name, value in filters.items():
            if value is None:
                continue
            if name in ("receivedFrom", "receivedTo"):
                day = str(row["received_on"])
                if not (day >= value if name == "receivedFrom" else day <= value):
                    return False
            elif name == "role" and "roles" in row:
                if value not in row["roles"]:
                    return False
            elif isinstance(value, list):
                if row[_snake(name)] not in value:
                    return False
            elif _shown(row[_snake(name)]) != value:
                return False
        return True

    def in_force(self, programme: Row) -> int | None:
        today = datetime.now(UTC).date()
        versions = [
            row["policy_version"]
            for row in self.of("eligibility_policy", "programme_id", programme["id"])
            if row["valid_from"] <= today
        ]
        return max(versions, default=None)

    def decision(self, referral: Row) -> Row | None:
        made = self.of("eligibility_decision", "referral_id", referral["id"])
        return max(made, key=lambda row: row["sequence"], default=None)

    def name_of(self, change: Row) -> str | None:
        who = change["recorded_by"]
        member = next(iter(self.of("member", "id", who)), None)
        client = next(iter(self.of("client", "id", who)), None)
        return member["display_name"] if member else client["name"] if client else None

    def newest(self, facts: Row) -> bool:
        return bool(
            facts["sequence"] == max(r["sequence"] for r in self.of("custody_facts", "person_id", facts["person_id"]))
        )

    def secrets(self, of: Row) -> list[str]:
        now = datetime.now(UTC)
        valid = [
            row
            for row in self.of("client_secret", "client_id", of["id"])
            if row["expires_at"] is None or row["expires_at"] > now
        ]
        return [str(row["created_at"].astimezone(UTC).date()) for row in valid]


def _ordered(table: str, *by: str, reverse: bool = False) -> Callable[[Plain, Row], list[Row]]:
    key = "referral_id" if table == "disposition_change" else "person_id"
    return lambda plain, row: sorted(
        plain.of(table, key, row["id"]), key=lambda one: [one[name] for name in by], reverse=reverse
    )


def _inside(table: str, column: str, *keys: str, reverse: bool = False) -> Callable[[Plain, Row], list[Row]]:
    def listed(plain: Plain, row: Row) -> list[Row]:
        found = plain.of(table, column, row["id"])
        return sorted(found, key=lambda one: tuple(one[key] for key in keys), reverse=reverse)

    return listed


_COMPUTED: dict[tuple[str, str], Callable[[Plain, Row], Any]] = {
    ("Programme", "eligibilityPolicyVersion"): Plain.in_force,
    ("Client", "secrets"): Plain.secrets,
    ("Referral", "status"): lambda p, r: status_of(Disposition(r["disposition"])).value,
    ("Referral", "informationDueOn"): lambda p, r: (
        None if r["disposition"] == "duplicate" else _shown(r["information_due_on"])
    ),
    ("Referral", "eligibility"): Plain.decision,
    ("Referral", "history"): _ordered("disposition_change", "sequence", reverse=True),
    ("HistoryEntry", "recordedByName"): Plain.name_of,
    ("Decision", "policy"): lambda p, d: {"id": d["policy_id"], "version": d["policy_version"]},
    ("Person", "identifiers"): _ordered("person_identifier", "created_at", "id"),
    ("Person", "convictions"): _ordered("conviction", "created_at", "id"),
    ("Person", "custodyFacts"): _ordered("custody_facts", "sequence", reverse=True),
    ("CustodyFacts", "current"): Plain.newest,
    **mentors.COMPUTED,
    ("Toolkit", "everyones"): lambda p, t: t["charity_id"] is None,
    ("FeedbackForm", "everyones"): lambda p, f: f["charity_id"] is None,
    ("Feedback", "supersededById"): lambda p, f: next(
        (one["id"] for one in p.of("feedback", "supersedes_id", f["id"])), None
    ),
    ("Mentor", "steps"): _inside("mentor_step", "mentor_id", "sequence"),
    ("Mentor", "checks"): _inside("mentor_check", "mentor_id", "decided_on", "id", reverse=True),
    ("Engagement", "mentors"): _inside("engagement_mentor", "engagement_id", "from_day", "id"),
    ("Session", "entries"): _inside("session_entry", "session_id", "sequence"),
    ("Barrier", "attempts"): _inside("barrier_attempt", "barrier_id", "sequence"),
    ("Concern", "additions"): _inside("concern_addition", "concern_id", "created_at", "id"),
    **safeguarding.COMPUTED,
    ("ActionPlan", "reviews"): _inside("plan_review", "plan_id", "sequence"),
    ("Goal", "steps"): _inside("goal_step", "goal_id", "id"),
    ("Goal", "entries"): _inside("goal_entry", "goal_id", "sequence"),
    ("ToolkitProgress", "units"): _inside("progress_unit", "progress_id", "number"),
    ("ToolkitProgress", "entries"): _inside("progress_entry", "progress_id", "sequence"),
    ("Placement", "entries"): _inside("placement_entry", "placement_id", "sequence"),
    ("GateSupport", "steps"): _inside("gate_support_step", "support_id", "sequence"),
    ("ReleasePlan", "items"): _inside("release_plan_item", "plan_id", "day", "nth"),
    ("ReleasePlan", "entries"): _inside("release_plan_entry", "plan_id", "sequence"),
    **through_the_gate.COMPUTED,
    **outcomes.COMPUTED,
    ("OnwardReferral", "entries"): _inside("onward_referral_entry", "onward_referral_id", "sequence"),
    ("ToolkitProgress", "certificate"): lambda p, r: next(iter(p.of("certificate", "progress_id", r["id"])), None),
    ("Engagement", "changes"): _inside("engagement_change", "engagement_id", "sequence"),
}


def opened(value: Any) -> Any:
    """An answer with each cursor as the id of the row that it stands at: how it is sealed is the service's own."""
    if isinstance(value, dict):
        return {key: opened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [opened(inner) for inner in value]
    if isinstance(value, str) and len(value) > 60:
        try:
            keys = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))[16:])
        except ValueError:
            return value
        return keys[-1] if isinstance(keys, list) else value
    return value
