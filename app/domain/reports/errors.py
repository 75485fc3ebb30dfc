"""What metrics and reports refuse in their own words."""

from app.domain.kernel.errors import Conflict, DomainError, NotFound


class PeriodNotPublished(NotFound):
    """Whoever is shown aggregates only may ask of the periods that the charity has published, and of no others: from two periods
    that overlap, what happened in between could be worked out."""

    code = "PERIOD_NOT_PUBLISHED"
    title = "The figures of this period are not published"
    cure = "Ask of one of the periods that GET /v1/metrics?programme_id=… lists as published."


class DaysPublishedAlready(Conflict):
    """Some days of the period belong to another period that is published."""

    code = "DAYS_PUBLISHED_ALREADY"
    title = "Another published period shares days with this one"
    cure = "Publish a period that shares no day with one that is: GET /v1/publications lists them. Reports may overlap."


class PublishedAlready(Conflict):
    """A report is published once, and stays so."""

    code = "PUBLISHED_ALREADY"
    title = "The report is published already"
    cure = "Read it: GET /v1/reports/{id}?view=outside."


class NotInstalled(DomainError):
    """This installation lacks an optional part: Python's extra `reports`."""

    code = "NOT_INSTALLED"
    status = 501
    title = "This installation cannot make this format"
    cure = "Ask for another format, or let whoever runs the service install `throughgate[reports]`."


class NoConsentToCaseStudy(Conflict):
    """His story is his: it is told only while he agrees."""

    code = "NO_CONSENT_TO_CASE_STUDY"
    title = "He has not agreed to a case study"
    cure = "Ask him; record his yes with POST /v1/people/{id}/consents and the purpose CASE_STUDY."


class CaseStudyWithdrawn(Conflict):
    """A case study is withdrawn once; its words are gone."""

    code = "CASE_STUDY_WITHDRAWN"
    title = "The case study was withdrawn already"
    cure = "Tell it anew, if he agrees: POST /v1/case-studies."
