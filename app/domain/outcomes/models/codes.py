"""The code lists of outcomes and measures."""

from enum import StrEnum
from typing import Self

from app.domain.people.codes import CodeList
from app.domain.people.offences import Pathway

_P = Pathway


class MentoringOutcome(CodeList):
    """The six outcomes of the charity's report. `needs` are the pathways that belong to each: who was referred with one of them
    is a person with that need. Which belong where is ours, and printed with the figures."""

    needs: frozenset[Pathway]

    def __new__(cls, code: str, label: str = "", needs: tuple[Pathway, ...] = ()) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label, member.needs = label, frozenset(needs)
        return member

    EDUCATION_TRAINING_EMPLOYMENT = (
        "EDUCATION_TRAINING_EMPLOYMENT",
        "Took up more education, training or work",
        (_P.EDUCATION_SKILLS_AND_WORK,),
    )
    PROBLEMS_IN_LIFE = (
        "PROBLEMS_IN_LIFE",
        "Made progress with problems such as housing, money, benefits or substances",
        (_P.ACCOMMODATION, _P.FINANCE_AND_ID, _P.DRUGS_AND_ALCOHOL),
    )
    COMMUNITY_ACTIVITIES = (
        "COMMUNITY_ACTIVITIES",
        "Took more part in the community",
        (_P.CHILDREN_FAMILIES_AND_COMMUNITY,),
    )
    PROSOCIAL_BELIEFS = (
        "PROSOCIAL_BELIEFS",
        "Prosocial beliefs and attitudes grew",
        (_P.ATTITUDES_THINKING_AND_BEHAVIOUR,),
    )
    HEALTH_WELLBEING = "HEALTH_WELLBEING", "Mental health or well-being improved", (_P.HEALTH,)
    PROSOCIAL_RELATIONSHIPS = (
        "PROSOCIAL_RELATIONSHIPS",
        "Better relationships with family and with people who do not offend",
        (_P.CHILDREN_FAMILIES_AND_COMMUNITY,),
    )


class Judgement(StrEnum):
    """What somebody found. NOT_ASSESSED is an answer: nobody has looked, or it cannot be said. It is never counted as improved."""

    IMPROVED = "IMPROVED"
    NOT_IMPROVED = "NOT_IMPROVED"
    NOT_ASSESSED = "NOT_ASSESSED"


class EvidenceSource(StrEnum):
    """Where the evidence comes from."""

    SELF_REPORT = "SELF_REPORT"
    MENTOR_RECORD = "MENTOR_RECORD"
    PARTNER_SUPPLIED = "PARTNER_SUPPLIED"
    OFFICIAL_RECORD = "OFFICIAL_RECORD"


class Direction(StrEnum):
    """Which end of a scale is the better one."""

    HIGHER_IS_BETTER = "HIGHER_IS_BETTER"
    LOWER_IS_BETTER = "LOWER_IS_BETTER"


class ResponseStatus(StrEnum):
    """What became of a form. DECLINED and NOT_OFFERED are answers, and stand in the way of nothing."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    DECLINED = "DECLINED"
    NOT_OFFERED = "NOT_OFFERED"


class AdministeredBy(StrEnum):
    """Who was with him as he filled it in. Help with reading makes answers kinder, so it is kept with them."""

    SELF = "SELF"
    MENTOR_READ_ALOUD = "MENTOR_READ_ALOUD"
    COORDINATOR = "COORDINATOR"


class ChangeResult(StrEnum):
    """Whether a score has changed by more than chance. It is evidence for a judgement, and never makes one."""

    RELIABLE_IMPROVEMENT = "RELIABLE_IMPROVEMENT"
    POSSIBLE_IMPROVEMENT = "POSSIBLE_IMPROVEMENT"
    NO_RELIABLE_CHANGE = "NO_RELIABLE_CHANGE"
    POSSIBLE_DETERIORATION = "POSSIBLE_DETERIORATION"
    RELIABLE_DETERIORATION = "RELIABLE_DETERIORATION"
    NOT_COMPARABLE = "NOT_COMPARABLE"


class NotComparable(StrEnum):
    """Why two scores say nothing about change."""

    ONLY_ONE_FORM = "ONLY_ONE_FORM"
    EDITIONS_DIFFER = "EDITIONS_DIFFER"
    TOO_SOON_AFTER = "TOO_SOON_AFTER"
    NO_THRESHOLDS = "NO_THRESHOLDS"


class ChangeMethod(StrEnum):
    """By what a difference was judged: the standard error of measurement of the instrument, or the reliable change index."""

    STANDARD_ERROR = "STANDARD_ERROR"
    RELIABLE_CHANGE_INDEX = "RELIABLE_CHANGE_INDEX"
