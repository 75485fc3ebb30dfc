"""The custody rule: is at least so much of a custodial sentence left to serve, counted to the day.

Ten numbered steps, as the charity's rule is written down. "When will he leave" follows NOMIS' own most likely
release date (prison-api `deriveOffenderReleaseDate`): confirmed, approved parole, approved curfew, then the
latest of the calculated dates. A possible early release does not defeat eligibility, an approved one does;
a lifer near or past tariff without a decision has an open-ended sentence. Each of these two is a switch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from app.domain.eligibility.dates import CalendarDuration, in_words
from app.domain.eligibility.decision import Basis, CustodyReason
from app.domain.eligibility.facts import CustodyFacts
from app.domain.eligibility.truth import Truth
from app.domain.people.codes import LegalStatus

EarlyRelease = Literal["approved_only", "any_possible"]
WithoutDate = Literal["eligible_with_warning", "undetermined"]

RECALCULATED_FROM = date(2026, 10, 1)
"""Conditional release dates changed in waves from here (Sentencing Act 2026); older ones may be wrong."""
STALE_AFTER_DAYS = 90


@dataclass(frozen=True, slots=True)
class CustodyFinding:
    """What the custody rule found. TRUE is ELIGIBLE, FALSE is INELIGIBLE, UNKNOWN is UNDETERMINED.

    Warnings, in this order: LEGAL_STATUS_INFERRED, SELF_REPORTED_DATE, NO_FIXED_RELEASE_DATE or
    TARIFF_UNKNOWN, PAROLE_HEARING_WITHIN_WINDOW, RELEASE_DATE_MISSING_LOWER_BOUND_USED,
    EARLY_RELEASE_POSSIBLE:<HDCED, PED, ERSED or TERSED>, STALE_DATES.
    """

    truth: Truth
    code: CustodyReason
    threshold: date
    basis: Basis | None = None
    custody_end: date | None = None
    warnings: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    facts: CustodyFacts
    evaluated_on: date
    threshold: date
    early_release_counts: EarlyRelease
    indeterminate_without_date: WithoutDate

    def found(
        self,
        truth: Truth,
        code: CustodyReason,
        basis: Basis | None = None,
        end: date | None = None,
        *warnings: str,
    ) -> CustodyFinding:
        return CustodyFinding(truth, code, self.threshold, basis, end, warnings)


def custody_remaining(
    facts: CustodyFacts,
    *,
    evaluated_on: date,
    minimum: CalendarDuration,
    early_release_counts: EarlyRelease = "approved_only",
    indeterminate_without_date: WithoutDate = "eligible_with_warning",
) -> CustodyFinding:
    """Whether at least `minimum` of a custodial sentence is left on `evaluated_on` (a London date).

    Inclusive: leaving on the threshold itself is enough. Never raises, whatever the dates.
    """
    threshold = minimum.after(evaluated_on)
    question = _Question(facts, evaluated_on, threshold, early_release_counts, indeterminate_without_date)
    finding = _status(question) or _with_warnings(question, _time_left(question))
    detail = finding.code.label.format(
        basis=finding.basis.label if finding.basis else "",
        end=in_words(finding.custody_end) if finding.custody_end else "",
        threshold=in_words(threshold),
        minimum=minimum,
    )
    return replace(finding, detail=detail)


def expected_release(facts: CustodyFacts) -> tuple[Basis, date] | None:
    """Step 5: when he will leave, in NOMIS' order, and which date says so. None if no date does."""
    decided = (
        (Basis.CONFIRMED, facts.confirmed_release_date),
        (Basis.APD, facts.actual_parole_date),
        (Basis.HDCAD, facts.home_detention_curfew_actual_date),
    )
    for basis, day in decided:
        if day is not None:
            return basis, day
    if is_indeterminate(facts):
        return None
    calculated = (
        (Basis.ARD, facts.automatic_release_date),
        (Basis.CRD, facts.conditional_release_date),
        (Basis.NPD, facts.non_parole_date),
        (Basis.PRRD, facts.post_recall_release_date),
        (Basis.MTD, facts.mid_term_date),
    )
    known = [(basis, day) for basis, day in calculated if day is not None]
    # With several sentences the latest date governs.
    return max(known, key=lambda found: found[1], default=None)


def is_indeterminate(facts: CustodyFacts) -> bool:
    """Life, IPP or a whole-life order, whatever the status says: a recalled lifer reads RECALL."""
    flagged = facts.indeterminate is True or facts.whole_life is True
    return flagged or facts.legal_status is LegalStatus.INDETERMINATE_SENTENCE


def _status(q: _Question) -> CustodyFinding | None:
    """Steps 1 to 4: those whom no date can make eligible, and those of whom nothing is known."""
    status = q.facts.legal_status
    if q.facts.in_custody is False:
        return q.found(Truth.FALSE, CustodyReason.NOT_IN_CUSTODY)
    if status is None or not status.known:
        return None if _says_sentenced(q.facts) else q.found(Truth.UNKNOWN, CustodyReason.LEGAL_STATUS_UNKNOWN)
    if status.awaiting_sentence:
        return q.found(Truth.FALSE, CustodyReason.NOT_YET_SENTENCED)
    if not status.serving_sentence:
        return q.found(Truth.FALSE, CustodyReason.NOT_A_CUSTODIAL_SENTENCE)
    return None


def _says_sentenced(facts: CustodyFacts) -> bool:
    """Whether any date or flag is of the kind that only a sentence brings, or that the person gave."""
    no_sentence = {"legal_status", "in_custody", "dates_calculated_on"}
    return any(value is not None and value is not False for name, value in facts if name not in no_sentence)


def _time_left(q: _Question) -> CustodyFinding:
    """Steps 5 to 9."""
    release = expected_release(q.facts)
    if release is not None:
        return _against_threshold(q, *release)
    return _open_ended(q) if is_indeterminate(q.facts) else _from_bounds(q)


def _open_ended(q: _Question) -> CustodyFinding:
    """Step 6: an indeterminate sentence without a release date."""
    facts = q.facts
    if facts.whole_life is True:
        return q.found(Truth.TRUE, CustodyReason.INDEFINITE, Basis.WHOLE_LIFE)
    if facts.tariff_date is not None and facts.tariff_date >= q.threshold:
        return q.found(Truth.TRUE, CustodyReason.AT_LEAST_THRESHOLD, Basis.TARIFF, facts.tariff_date)
    warnings = ["TARIFF_UNKNOWN" if facts.tariff_date is None else "NO_FIXED_RELEASE_DATE"]
    if facts.parole_hearing_date is not None and facts.parole_hearing_date < q.threshold:
        warnings.append("PAROLE_HEARING_WITHIN_WINDOW")
    if q.indeterminate_without_date == "undetermined":
        code, truth = CustodyReason.RELEASE_DATE_UNKNOWN, Truth.UNKNOWN
    else:
        code, truth = CustodyReason.INDEFINITE, Truth.TRUE
    return q.found(truth, code, Basis.INDETERMINATE, None, *warnings)


def _from_bounds(q: _Question) -> CustodyFinding:
    """Step 7: a determinate sentence without a release date. Eligibility dates bound it from below, sentence
    expiry from above; failing both, the person's own word."""
    facts = q.facts
    lower = [
        (basis, day)
        for basis, day in (
            (Basis.PED_LOWER_BOUND, facts.parole_eligibility_date),
            (Basis.HDCED_LOWER_BOUND, facts.home_detention_curfew_eligibility_date),
        )
        if day is not None and day >= q.threshold
    ]
    if lower:
        basis, day = max(lower, key=lambda found: found[1])
        code = CustodyReason.LOWER_BOUND_AT_LEAST_THRESHOLD
        return q.found(Truth.TRUE, code, basis, day, "RELEASE_DATE_MISSING_LOWER_BOUND_USED")
    expiry, told = facts.sentence_expiry_date, facts.self_reported_release_date
    if expiry is not None and expiry < q.threshold:
        code = CustodyReason.SENTENCE_EXPIRES_BEFORE_THRESHOLD
        return q.found(Truth.FALSE, code, Basis.SED_UPPER_BOUND, expiry)
    if told is not None:
        return _against_threshold(q, Basis.SELF_REPORTED, told)
    return q.found(Truth.UNKNOWN, CustodyReason.RELEASE_DATE_UNKNOWN)


def _against_threshold(q: _Question, basis: Basis, end: date) -> CustodyFinding:
    """Steps 8 and 9. A date that has passed while he is still inside is stale, and no ground to reject; nor
    is a date from memory."""
    told = basis is Basis.SELF_REPORTED
    if end < q.evaluated_on:
        code, truth = CustodyReason.RELEASE_DATE_IN_PAST, Truth.UNKNOWN
    elif end >= q.threshold:
        code, truth = CustodyReason.AT_LEAST_THRESHOLD, Truth.TRUE
    elif told:
        code, truth = CustodyReason.VERIFY_SELF_REPORTED_DATE, Truth.UNKNOWN
    else:
        code, truth = CustodyReason.LESS_THAN_THRESHOLD, Truth.FALSE
    return q.found(truth, code, basis, end, *(["SELF_REPORTED_DATE"] if told else []))


def _with_warnings(q: _Question, finding: CustodyFinding) -> CustodyFinding:
    """Step 10, and what the reader must know of the data."""
    warnings = list(finding.warnings)
    if q.facts.legal_status is None or not q.facts.legal_status.known:
        warnings.insert(0, "LEGAL_STATUS_INFERRED")
    if finding.truth is Truth.TRUE and finding.basis not in (Basis.CONFIRMED, Basis.APD):
        early = list(_possible_before(q))
        if early and q.early_release_counts == "any_possible":
            basis, end = min(early, key=lambda found: found[1])
            finding = q.found(Truth.FALSE, CustodyReason.LESS_THAN_THRESHOLD, basis, end)
        else:
            warnings.extend(f"EARLY_RELEASE_POSSIBLE:{basis.value}" for basis, _ in early)
    if _stale(q, finding.basis):
        warnings.append("STALE_DATES")
    return replace(finding, warnings=tuple(warnings))


def _possible_before(q: _Question) -> Iterator[tuple[Basis, date]]:
    """The dates before the threshold on which he could be, but need not be, released."""
    possible = (
        (Basis.HDCED, q.facts.home_detention_curfew_eligibility_date),
        (Basis.PED, q.facts.parole_eligibility_date),
        (Basis.ERSED, q.facts.early_removal_scheme_eligibility_date),
        (Basis.TERSED, q.facts.tariff_expired_removal_scheme_eligibility_date),
    )
    return ((basis, day) for basis, day in possible if day is not None and day < q.threshold)


def _stale(q: _Question, basis: Basis | None) -> bool:
    """Calculated too long ago, or before the law that moved conditional release dates."""
    calculated = q.facts.dates_calculated_on
    if calculated is None:
        return False
    too_old = (q.evaluated_on - calculated).days > STALE_AFTER_DAYS
    return too_old or (basis is Basis.CRD and calculated < RECALCULATED_FROM <= q.evaluated_on)
