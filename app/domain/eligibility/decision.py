"""What an answer is made of: an outcome, the reasons for it, and all that it was made from."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.domain.eligibility.truth import Truth
from app.domain.people.codes import CodeList


class Outcome(StrEnum):
    """Never a guess and never null. INELIGIBLE is a proposal until a named human confirms it."""

    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"
    UNDETERMINED = "UNDETERMINED"

    @classmethod
    def of(cls, truth: Truth) -> "Outcome":
        return {Truth.TRUE: cls.ELIGIBLE, Truth.FALSE: cls.INELIGIBLE, Truth.UNKNOWN: cls.UNDETERMINED}[truth]


class Basis(CodeList):
    """The fact that decided, with its name as it is said."""

    CONFIRMED = "CONFIRMED", "confirmed release date"
    APD = "APD", "approved parole date"
    HDCAD = "HDCAD", "approved home detention curfew date"
    ARD = "ARD", "automatic release date"
    CRD = "CRD", "conditional release date"
    NPD = "NPD", "non-parole date"
    PRRD = "PRRD", "release date after recall"
    MTD = "MTD", "mid-term date"
    TARIFF = "TARIFF", "tariff date"
    INDETERMINATE = "INDETERMINATE", "sentence without a fixed end"
    WHOLE_LIFE = "WHOLE_LIFE", "whole-life order"
    PED_LOWER_BOUND = "PED_LOWER_BOUND", "parole eligibility date"
    HDCED_LOWER_BOUND = "HDCED_LOWER_BOUND", "home detention curfew eligibility date"
    SED_UPPER_BOUND = "SED_UPPER_BOUND", "sentence expiry date"
    SELF_REPORTED = "SELF_REPORTED", "release date that you told us"
    HDCED = "HDCED", "home detention curfew eligibility date"
    PED = "PED", "parole eligibility date"
    ERSED = "ERSED", "early removal date"
    TERSED = "TERSED", "tariff-expired removal date"


class CustodyReason(CodeList):
    """Why the custody rule answers as it does: a code, and as its label the sentence that can be read to the
    man himself, with places for the dates."""

    NOT_IN_CUSTODY = (
        "NOT_IN_CUSTODY",
        "You are not in custody now, and this programme is for people in custody.",
    )
    NOT_A_CUSTODIAL_SENTENCE = (
        "NOT_A_CUSTODIAL_SENTENCE",
        "You are not held under a custodial sentence, which is what this programme asks for.",
    )
    NOT_YET_SENTENCED = (
        "NOT_YET_SENTENCED",
        "You have not been sentenced yet. You can be considered again once you are.",
    )
    LEGAL_STATUS_UNKNOWN = (
        "LEGAL_STATUS_UNKNOWN",
        "We do not know yet whether you are serving a sentence, and we have no release date for you.",
    )
    AT_LEAST_THRESHOLD = (
        "AT_LEAST_THRESHOLD",
        "Your {basis} is {end}. This programme asks for {threshold} or later, so you have enough time left.",
    )
    LOWER_BOUND_AT_LEAST_THRESHOLD = (
        "LOWER_BOUND_AT_LEAST_THRESHOLD",
        "We have no release date for you, but your {basis} is {end} and this programme asks for {threshold} "
        "or later, so you have enough time left.",
    )
    INDEFINITE = (
        "INDEFINITE",
        "Your sentence has no fixed release date, so you count as having enough time left.",
    )
    RELEASE_DATE_UNKNOWN = (
        "RELEASE_DATE_UNKNOWN",
        "We do not have your release date yet, so we cannot say whether you have at least {minimum} left.",
    )
    RELEASE_DATE_IN_PAST = (
        "RELEASE_DATE_IN_PAST",
        "The {basis} on our record, {end}, has already passed. It needs to be checked.",
    )
    SENTENCE_EXPIRES_BEFORE_THRESHOLD = (
        "SENTENCE_EXPIRES_BEFORE_THRESHOLD",
        "Your whole sentence ends on {end}. This programme asks for at least {minimum} left in custody, "
        "which is {threshold} or later.",
    )
    LESS_THAN_THRESHOLD = (
        "LESS_THAN_THRESHOLD",
        "Your {basis} is {end}. This programme asks for at least {minimum} left in custody, which is "
        "{threshold} or later.",
    )
    VERIFY_SELF_REPORTED_DATE = (
        "VERIFY_SELF_REPORTED_DATE",
        "The {basis} is {end}, which is before {threshold}. We will check it before anything is decided.",
    )


class Reason(BaseModel):
    """What one predicate of the policy found. `detail` is plain English that can be read to the person; it
    holds no name and no identifier."""

    model_config = ConfigDict(frozen=True)

    code: str
    predicate: str
    detail: str


class PolicyReference(BaseModel):
    """Which policy decided, in which version."""

    model_config = ConfigDict(frozen=True)

    id: str | None
    version: int | None


class Decision(BaseModel):
    """An eligibility decision, immutable once made: new facts make a new decision.

    `basis`, `custody_end` and `threshold` are those of the policy's custody criterion, and None without one.
    `evaluated_on` is the London date the decision is about, not the day it was computed. `inputs` holds,
    ready for JSON, every fact that the policy asks for, the unknown ones as null.
    """

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    reasons: tuple[Reason, ...]
    basis: str | None
    custody_end: date | None
    threshold: date | None
    warnings: tuple[str, ...]
    evaluated_on: date
    policy: PolicyReference
    inputs: dict[str, Any]
