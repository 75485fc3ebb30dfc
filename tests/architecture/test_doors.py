"""Two doors, one domain: what can be asked and done at one can be asked and done at the other, under the same permission."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from app.api.openapi import api_routes, permission_of
from app.domain.kernel.access import Permission
from app.graphql.roots import MUTATIONS, QUERIES, Change, Computed, Many, One
from app.graphql.schema import schema
from app.graphql.selection import snake
from app.graphql.types import REGISTRY
from app.main import bare_app

NOT_OF_THE_DOMAIN = {"token", "jwks", "metadata", "list_problems", "read_problem", "liveness", "readiness", "metrics"}
NOT_OF_THE_DOMAIN |= {"read_calendar", "enter_code"}
"""Signing in, keys, probes, and the pages that explain problems: HTTP's own, and asked by nobody in particular;
a calendar file, for programs that speak nothing else; a card's code, for whoever has no token."""

OPEN_REFERRAL = {"directory_metadata", "list_directory_services", "read_directory_service"}
"""The directory as others read it, in a form that is not ours: GraphQL is for those who are signed in."""

# Each of REST's operations, and where GraphQL has it: a root field, or the list inside an object that it is there.
COUNTERPARTS: dict[str, tuple[str, ...]] = {
    "submit_referral": ("Mutation.submitReferral", "Mutation.enterReferral"),
    "list_referrals": ("Query.referrals", "Query.submittedReferrals"),
    "read_referral": ("Query.referral", "Query.submittedReferral"),
    "change_referral": ("Mutation.changeReferral",),
    "read_history": ("Referral.history",),
    "read_decisions": ("Referral.decisions", "SubmittedReferral.eligibility"),
    "reassess_referral": ("Mutation.reassessReferral",),
    "confirm_ineligible": ("Mutation.confirmIneligible",),
    "overrule": ("Mutation.overrule",),
    "allocate": ("Mutation.allocate",),
    "decline": ("Mutation.decline",),
    "withdraw": ("Mutation.withdrawReferral", "Mutation.withdrawSubmittedReferral"),
    "merge": ("Mutation.mergeReferral",),
    "record_transfer": ("Mutation.recordTransfer",),
    "record_release": ("Mutation.recordRelease",),
    "reopen": ("Mutation.reopen",),
    "create_person": ("Mutation.createPerson",),
    "list_people": ("Query.people",),
    "search_people": ("Query.searchPeople",),
    "read_person": ("Query.person",),
    "change_person": ("Mutation.changePerson",),
    "add_identifier": ("Mutation.addIdentifier",),
    "add_conviction": ("Mutation.addConviction",),
    "possible_duplicates": ("Query.possibleDuplicates",),
    "record_custody_facts": ("Mutation.recordCustodyFacts",),
    "list_custody_facts": ("Person.custodyHistory",),
    "record_consent": ("Mutation.recordConsent",),
    "list_consents": ("Person.consents",),
    "record_explanation": ("Mutation.recordExplanation",),
    "list_explanations": ("Person.explanations",),
    "read_protected_characteristics": ("Query.protectedCharacteristics",),
    "set_protected_characteristics": ("Mutation.setProtectedCharacteristics",),
    "preview_eligibility": ("Query.eligibilityPreview",),
    "create_programme": ("Mutation.createProgramme",),
    "list_programmes": ("Query.programmes",),
    "read_programme": ("Query.programme",),
    "change_programme": ("Mutation.changeProgramme",),
    "set_intake": ("Mutation.setIntake",),
    "publish_policy": ("Mutation.publishEligibilityPolicy",),
    "list_policies": ("Programme.policies",),
    "read_waiting_list": ("Query.waitingList",),
    "read_ledger": ("Query.ledger",),
    "create_charity": ("Mutation.createCharity",),
    "register_partner": ("Mutation.registerPartner",),
    "list_organisations": ("Query.organisations",),
    "read_organisation": ("Query.organisation",),
    "change_organisation": ("Mutation.changeOrganisation",),
    "list_establishments": ("Query.establishments",),
    "read_establishment": ("Query.establishment",),
    "create_member": ("Mutation.createMember",),
    "list_colleagues": ("Query.colleagues",),
    "list_members": ("Query.members",),
    "read_member": ("Query.member",),
    "change_member": ("Mutation.changeMember",),
    "create_client": ("Mutation.createClient",),
    "list_clients": ("Query.clients",),
    "read_client": ("Query.client",),
    "change_client": ("Mutation.changeClient",),
    "issue_secret": ("Mutation.issueSecret",),
    "register_document": ("Mutation.registerDocument",),
    "list_trusted_documents": ("Query.trustedDocuments",),
    "read_trusted_document": ("Query.trustedDocument",),
    "withdraw_document": ("Mutation.withdrawDocument",),
    "read_audit": ("Query.auditEntries",),
    "create_mentor": ("Mutation.createMentor",),
    "list_mentors": ("Query.mentors",),
    "read_mentor": ("Query.mentor",),
    "change_mentor": ("Mutation.changeMentor",),
    "move_mentor": ("Mutation.moveMentor",),
    "list_mentor_steps": ("Query.mentorSteps", "Mentor.steps"),
    "record_mentor_check": ("Mutation.recordMentorCheck",),
    "list_mentor_checks": ("Query.mentorChecks", "Mentor.checks"),
    "record_mentor_training": ("Mutation.recordMentorTraining",),
    "list_mentor_trainings": ("Query.mentorTrainings", "Mentor.trainings"),
    "record_supervision": ("Mutation.recordSupervision",),
    "list_supervisions": ("Query.supervisions", "Mentor.supervisions"),
    "record_mentor_hours": ("Mutation.recordMentorHours",),
    "list_mentor_hours": ("Query.mentorHours", "Mentor.hours"),
    "record_supervisor_absence": ("Mutation.recordSupervisorAbsence",),
    "list_supervisor_absences": ("Query.supervisorAbsences",),
    "start_match_run": ("Mutation.startMatchRun",),
    "list_match_runs": ("Query.matchRuns",),
    "read_match_run": ("Query.matchRun",),
    "list_match_lines": ("MatchRun.lines",),
    "approve_match_run": ("Mutation.approveMatchRun",),
    "explain_pair": ("Query.matchExplanation",),
    "candidates_of_referral": ("Query.matchCandidatesForReferral",),
    "candidates_of_mentor": ("Query.matchCandidatesForMentor",),
    "plan_session": ("Mutation.planSession",),
    "list_sessions": ("Query.sessions",),
    "read_session": ("Query.session",),
    "record_session": ("Mutation.recordSession",),
    "correct_session": ("Mutation.correctSession",),
    "cancel_session": ("Mutation.cancelSession",),
    "reschedule_session": ("Mutation.rescheduleSession",),
    "plan_session_series": ("Mutation.planSessionSeries",),
    "list_session_series": ("Query.sessionSeriesList",),
    "read_session_series": ("Query.sessionSeries",),
    "end_session_series": ("Mutation.endSessionSeries",),
    "list_contacts": ("Query.contacts",),
    "read_contact": ("Query.contact",),
    "write_session_note": ("Mutation.writeSessionNote",),
    "list_session_notes": ("Query.sessionNotes",),
    "read_session_note": ("Query.sessionNote",),
    "name_barrier": ("Mutation.nameBarrier",),
    "list_barriers": ("Query.barriers",),
    "read_barrier": ("Query.barrier",),
    "try_barrier": ("Mutation.tryBarrier",),
    "record_concern": ("Mutation.recordConcern",),
    "list_concerns": ("Query.concerns",),
    "read_concern": ("Query.concern",),
    "add_to_concern": ("Mutation.addToConcern",),
    "list_concern_alarms": ("Query.concernAlarms",),
    "read_concern_alarm": ("Query.concernAlarm",),
    "acknowledge_alarm": ("Mutation.acknowledgeAlarm",),
    "record_acct_state": ("Mutation.recordAcctState",),
    "list_acct_states": ("Query.acctStates",),
    "read_acct_state": ("Query.acctState",),
    "write_restricted_note": ("Mutation.writeRestrictedNote",),
    "list_restricted_notes": ("Query.restrictedNotes",),
    "read_restricted_note": ("Query.restrictedNote",),
    "create_calendar_feed": ("Mutation.createCalendarFeed",),
    "list_calendar_feeds": ("Query.calendarFeeds",),
    "read_calendar_feed": ("Query.calendarFeed",),
    "revoke_calendar_feed": ("Mutation.revokeCalendarFeed",),
    "publish_feedback_form": ("Mutation.publishFeedbackForm",),
    "list_feedback_forms": ("Query.feedbackForms",),
    "read_feedback_form": ("Query.feedbackForm",),
    "retire_feedback_form": ("Mutation.retireFeedbackForm",),
    "give_feedback": ("Mutation.giveFeedback",),
    "list_feedback": ("Query.feedbackList",),
    "read_feedback": ("Query.feedback",),
    "agree_action_plan": ("Mutation.agreeActionPlan",),
    "list_action_plans": ("Query.actionPlans",),
    "read_action_plan": ("Query.actionPlan",),
    "review_action_plan": ("Mutation.reviewActionPlan",),
    "end_action_plan": ("Mutation.endActionPlan",),
    "set_goal": ("Mutation.setGoal",),
    "list_goals": ("Query.goals",),
    "read_goal": ("Query.goal",),
    "change_goal": ("Mutation.changeGoal",),
    "move_goal": ("Mutation.moveGoal",),
    "tell_goal_progress": ("Mutation.tellGoalProgress",),
    "add_goal_step": ("Mutation.addGoalStep",),
    "do_goal_step": ("Mutation.doGoalStep",),
    "undo_goal_step": ("Mutation.undoGoalStep",),
    "set_goal_step_aside": ("Mutation.setGoalStepAside",),
    "list_toolkits": ("Query.toolkits",),
    "read_toolkit": ("Query.toolkit",),
    "make_toolkit": ("Mutation.makeToolkit",),
    "change_toolkit": ("Mutation.changeToolkit",),
    "retire_toolkit": ("Mutation.retireToolkit",),
    "begin_toolkit": ("Mutation.beginToolkit",),
    "list_toolkit_progress": ("Query.toolkitProgressList",),
    "read_toolkit_progress": ("Query.toolkitProgress",),
    "record_toolkit_unit": ("Mutation.recordToolkitUnit",),
    "move_toolkit_progress": ("Mutation.moveToolkitProgress",),
    "issue_certificate": ("Mutation.issueCertificate",),
    "read_certificate": ("Query.certificate",),
    "print_certificate": ("Query.certificate",),
    "suggest_onward_referral": ("Mutation.suggestOnwardReferral",),
    "list_onward_referrals": ("Query.onwardReferrals",),
    "read_onward_referral": ("Query.onwardReferral",),
    "send_onward_referral": ("Mutation.sendOnwardReferral",),
    "accept_onward_referral": ("Mutation.acceptOnwardReferral",),
    "start_onward_referral": ("Mutation.startOnwardReferral",),
    "decline_onward_referral": ("Mutation.declineOnwardReferral",),
    "withdraw_onward_consent": ("Mutation.withdrawOnwardConsent",),
    "close_onward_referral": ("Mutation.closeOnwardReferral",),
    "list_placements": ("Query.placements",),
    "read_placement": ("Query.placement",),
    "list_placements_of_person": ("Query.placements",),
    "transfer_person": ("Mutation.transferPerson",),
    "release_person": ("Mutation.releasePerson",),
    "recall_person": ("Mutation.recallPerson",),
    "list_move_reviews": ("Query.moveReviews",),
    "read_move_review": ("Query.moveReview",),
    "decide_move": ("Mutation.decideMove",),
    "list_temporary_absences": ("Query.temporaryAbsences",),
    "read_temporary_absence": ("Query.temporaryAbsence",),
    "record_temporary_absence": ("Mutation.recordTemporaryAbsence",),
    "return_from_absence": ("Mutation.returnFromAbsence",),
    "withdraw_absence": ("Mutation.withdrawAbsence",),
    "issue_reconnect_card": ("Mutation.issueReconnectCard",),
    "list_reconnect_cards": ("Query.reconnectCards",),
    "read_reconnect_card": ("Query.reconnectCard",),
    "revoke_reconnect_card": ("Mutation.revokeReconnectCard",),
    "list_contact_permissions": ("Query.contactPermissions",),
    "record_contact_permission": ("Mutation.recordContactPermission",),
    "list_professional_contacts": ("Query.professionalContacts",),
    "record_professional_contact": ("Mutation.recordProfessionalContact",),
    "list_licence_conditions": ("Query.licenceConditions",),
    "record_licence_condition": ("Mutation.recordLicenceCondition",),
    "open_release_plan": ("Mutation.openReleasePlan",),
    "list_release_plans": ("Query.releasePlans",),
    "read_release_plan": ("Query.releasePlan",),
    "change_release_plan": ("Mutation.changeReleasePlan",),
    "add_plan_item": ("Mutation.addPlanItem",),
    "answer_plan_item": ("Mutation.answerPlanItem",),
    "start_plan_again": ("Mutation.startPlanAgain",),
    "read_countdown": ("Query.countdown",),
    "judge_outcome": ("Mutation.judgeOutcome",),
    "list_outcome_judgements": ("Query.outcomeJudgements",),
    "read_outcome_judgement": ("Query.outcomeJudgement",),
    "list_outcome_summaries": ("Query.outcomeSummaries",),
    "read_outcome_summary": ("Query.outcomeSummary",),
    "publish_measure": ("Mutation.publishMeasure",),
    "list_measures": ("Query.measures",),
    "read_measure": ("Query.measure",),
    "retire_measure": ("Mutation.retireMeasure",),
    "record_measure_response": ("Mutation.recordMeasureResponse",),
    "list_measure_responses": ("Query.measureResponses",),
    "read_measure_response": ("Query.measureResponse",),
    "read_measure_changes": ("Query.measureChanges",),
    "list_metrics": ("Query.metricCatalogue",),
    "read_metric": ("Query.metric",),
    "freeze_report": ("Mutation.freezeReport",),
    "list_reports": ("Query.reports", "Query.report"),
    "read_report": ("Query.reportDocument",),
    "read_chart": ("Query.reportDocument",),
    "publish_report": ("Mutation.publishReport",),
    "list_publications": ("Query.publications",),
    "tell_case_study": ("Mutation.tellCaseStudy",),
    "list_case_studies": ("Query.caseStudies",),
    "read_case_study": ("Query.caseStudy",),
    "withdraw_case_study": ("Mutation.withdrawCaseStudy",),
    "list_endings": ("Query.endings",),
    "read_ending": ("Query.ending",),
    "list_ending_agreements": ("Query.endingAgreements",),
    "agree_ending": ("Mutation.agreeEnding",),
    "list_closing_reviews": ("Query.closingReviews",),
    "record_closing_review": ("Mutation.recordClosingReview",),
    "record_death": ("Mutation.recordDeath",),
    "list_deaths": ("Query.deaths",),
    "read_death": ("Query.death",),
    "withdraw_death": ("Mutation.withdrawDeath",),
    "list_reminders": ("Query.reminders",),
    "read_reminder": ("Query.reminder",),
    "acknowledge_reminder": ("Mutation.acknowledgeReminder",),
    "merge_people": ("Mutation.mergePeople",),
    "list_merges": ("Query.personMerges",),
    "supersede_identifier": ("Mutation.supersedeIdentifier",),
    "read_timeline": ("Query.timeline",),
    "find_eligible": ("Mutation.findEligible",),
    "list_gate_support": ("Query.gateSupports",),
    "read_gate_support": ("Query.gateSupport",),
    "take_gate_step": ("Mutation.takeGateStep",),
    "count_gate_support": ("Query.gateCounts",),
    "record_placement": ("Mutation.recordPlacement",),
    "correct_placement": ("Mutation.correctPlacement",),
    "withdraw_placement": ("Mutation.withdrawPlacement",),
    "create_service": ("Mutation.createService",),
    "list_services": ("Query.services",),
    "read_service": ("Query.service",),
    "change_service": ("Mutation.changeService",),
    "withdraw_service": ("Mutation.withdrawService",),
    "import_services": ("Mutation.importServices",),
    "ask_forecast": ("Query.forecast",),
    "ask_mentors_needed": ("Query.mentorsNeeded",),
    "record_match_profile": ("Mutation.recordMatchProfile",),
    "list_match_profiles": ("Query.matchProfiles",),
    "record_match_exclusion": ("Mutation.recordMatchExclusion",),
    "list_match_exclusions": ("Query.matchExclusions",),
    "publish_matching_policy": ("Mutation.publishMatchingPolicy",),
    "list_matching_policies": ("Programme.matchingPolicies",),
    "propose_engagement": ("Mutation.proposeEngagement",),
    "list_engagements": ("Query.engagements",),
    "read_engagement": ("Query.engagement",),
    "accept_engagement": ("Mutation.acceptEngagement",),
    "decline_engagement": ("Mutation.declineEngagement",),
    "take_back_engagement": ("Mutation.takeBackEngagement",),
    "pause_engagement": ("Mutation.pauseEngagement",),
    "resume_engagement": ("Mutation.resumeEngagement",),
    "hand_over_engagement": ("Mutation.handOverEngagement",),
    "end_engagement": ("Mutation.endEngagement",),
    "reopen_engagement": ("Mutation.reopenEngagement",),
    "list_bridging_tasks": ("Query.bridgingTasks",),
    "read_bridging_task": ("Query.bridgingTask",),
    "finish_bridging_task": ("Mutation.finishBridgingTask",),
}

# What is there once more, asked for otherwise: REST has an address or a filter for it.
ANOTHER_WAY = {
    "Query.node",
    "Query.nodes",
    "Query.organisationBy",
    "Query.memberBy",
    "Query.referralBy",
    "Query.submittedReferralBy",
}

# REST has one permission for all who may; here the charity's own field says at once what the operation asks of them.
NARROWER = {"Mutation.withdrawReferral": Permission.REFERRALS_MANAGE}

ROUTES = {route.name: route for route in api_routes(bare_app())}


def test_each_operation_of_the_domain_has_its_counterpart() -> None:
    assert ROUTES.keys() == COUNTERPARTS.keys() | NOT_OF_THE_DOMAIN | OPEN_REFERRAL


@pytest.mark.parametrize("place", [place for places in COUNTERPARTS.values() for place in places])
def test_a_counterpart_is_there(place: str) -> None:
    kind, _, field = place.partition(".")
    found = schema().get_type(kind)
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    assert field in found.fields


def test_each_root_field_is_a_counterpart() -> None:
    named = {place for places in COUNTERPARTS.values() for place in places} | ANOTHER_WAY
    there = {f"Query.{name}" for name in QUERIES} | {f"Mutation.{name}" for name in MUTATIONS}
    assert there - named == set()


def _permission(place: str) -> Permission | None:
    kind, _, field = place.partition(".")
    root = {"Query": QUERIES, "Mutation": MUTATIONS}.get(kind, {}).get(field)
    if isinstance(root, Change | Computed):
        return root.permission
    if isinstance(root, One):
        return root.view.permission
    if isinstance(root, Many):
        return root.collection.view.permission
    schema()  # what fills the registry, whichever test comes first
    view, name = REGISTRY.views[kind], snake(field)
    if name in view.edges:
        return view.edges[name].target().permission
    return view.connections[name].collection().view.permission


@pytest.mark.parametrize("operation", COUNTERPARTS)
def test_it_takes_the_same_permission(operation: str) -> None:
    for place in COUNTERPARTS[operation]:
        assert _permission(place) == NARROWER.get(place, permission_of(ROUTES[operation])), place
