"""One judgement for each predicate: facts in, a verdict with its reason out.

Codes are `<PREDICATE>_MET`, `_NOT_MET` and `_UNKNOWN`, save for those of the custody rule, for
CRITERION_NOT_SET and for ETHNICITY_NOT_SELF_DEFINED. Details speak to the person and are discreet: none names
an offence or an alert, because walls have ears.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import singledispatch

from app.domain.eligibility import criteria as c
from app.domain.eligibility.custody import CustodyFinding, custody_remaining, expected_release
from app.domain.eligibility.dates import CalendarDuration
from app.domain.eligibility.facts import PersonFacts
from app.domain.eligibility.policy import CodeSet
from app.domain.eligibility.truth import Truth
from app.domain.people.codes import CodeList, EthnicitySource, Setting
from app.domain.people.rules import age_on

CRITERION_NOT_SET = "CRITERION_NOT_SET"
ETHNICITY_NOT_SELF_DEFINED = "ETHNICITY_NOT_SELF_DEFINED"


@dataclass(frozen=True, slots=True)
class Case:
    """What a judgement may look at."""

    facts: PersonFacts
    evaluated_on: date
    code_sets: Mapping[str, CodeSet]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one predicate found; `custody` only of the custody criterion."""

    truth: Truth
    code: str
    detail: str
    custody: CustodyFinding | None = None


_SUFFIX = {Truth.TRUE: "MET", Truth.FALSE: "NOT_MET", Truth.UNKNOWN: "UNKNOWN"}


def _verdict(predicate: str, known: bool | None, met: str, not_met: str, unknown: str) -> Verdict:
    truth = Truth.of(known)
    detail = {Truth.TRUE: met, Truth.FALSE: not_met, Truth.UNKNOWN: unknown}[truth]
    return Verdict(truth, f"{predicate.upper()}_{_SUFFIX[truth]}", detail)


def _not_set(what: str) -> Verdict:
    detail = f"This programme has not yet said {what}, so this cannot be decided yet."
    return Verdict(Truth.UNKNOWN, CRITERION_NOT_SET, detail)


def _list(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _labels(codes: Iterable[CodeList]) -> str:
    return _list(code.label[0].lower() + code.label[1:] for code in codes)


@singledispatch
def judge(criterion: c.Criterion, case: Case) -> Verdict:
    """The verdict of one predicate. Never raises, whatever the facts."""
    raise NotImplementedError(f"no judgement for {type(criterion).__name__}")


@judge.register
def _(criterion: c.CustodyRemaining, case: Case) -> Verdict:
    if criterion.value is None:
        return _not_set("how much of a sentence must be left")
    finding = custody_remaining(
        case.facts.custody,
        evaluated_on=case.evaluated_on,
        minimum=criterion.value,
        early_release_counts=criterion.early_release_counts,
        indeterminate_without_date=criterion.indeterminate_without_date,
    )
    return Verdict(finding.truth, finding.code.value, finding.detail, finding)


@judge.register
def _(criterion: c.Age, case: Case) -> Verdict:
    if (bound := criterion.value) is None:
        return _not_set("for which ages it is")
    born = case.facts.date_of_birth
    age = None if born is None or born > case.evaluated_on else age_on(born, case.evaluated_on)
    compared = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[criterion.op]
    known = None if age is None else (age > bound) - (age < bound) in compared
    words = {
        "<": f"under {bound}",
        "<=": f"aged {bound} or under",
        ">": f"over {bound}",
        ">=": f"aged {bound} or over",
    }
    asked = f"This programme is for people {words[criterion.op]}"
    unknown = f"{asked}, and we do not have a date of birth for you that we can use."
    return _verdict(criterion.predicate, known, f"You are {age}. {asked}.", f"You are {age}. {asked}.", unknown)


@judge.register
def _(criterion: c.LegalStatusIn, case: Case) -> Verdict:
    status = case.facts.custody.legal_status
    known = status in criterion.among if status is not None and status.known else None
    asked = f"This programme is for people with this legal status: {_labels(criterion.among)}"
    return _verdict(
        criterion.predicate,
        known,
        f"{asked}. Yours is one of these.",
        f"{asked}. Yours is another.",
        f"{asked}. We do not know yours yet.",
    )


@judge.register
def _(criterion: c.InCustody, case: Case) -> Verdict:
    inside = case.facts.inside
    known = None if inside is None else inside is criterion.value
    who = "people who are in custody" if criterion.value else "people who are not in custody"
    return _about(criterion.predicate, known, who, "whether you are in custody")


@judge.register
def _(criterion: c.SettingIn, case: Case) -> Verdict:
    setting = case.facts.current_setting
    known = None if setting is None else setting in criterion.among
    return _about(criterion.predicate, known, f"people who are {_labels(criterion.among)}", "which you are")


@judge.register
def _(criterion: c.EstablishmentIn, case: Case) -> Verdict:
    known = _among(case.facts.establishment, criterion.among)
    return _about(criterion.predicate, known, "people held in certain prisons", "which prison you are in")


@judge.register
def _(criterion: c.RegionIn, case: Case) -> Verdict:
    known = _among(case.facts.region, criterion.among)
    return _about(criterion.predicate, known, f"people in {_list(criterion.among)}", "which region counts as yours")


@judge.register
def _(criterion: c.SexIn, case: Case) -> Verdict:
    sex = case.facts.sex
    known = sex in criterion.among if sex is not None and sex.known else None
    who = f"people whose recorded sex is {_labels(criterion.among)}"
    return _about(criterion.predicate, known, who, "what is recorded for you")


@judge.register
def _(criterion: c.GenderIdentityIn, case: Case) -> Verdict:
    identity = case.facts.gender_identity
    known = identity in criterion.among if identity is not None and identity.known else None
    who = f"people whose gender identity is {_labels(criterion.among)}"
    return _about(criterion.predicate, known, who, "yours")


@judge.register
def _(criterion: c.EthnicGroupIn, case: Case) -> Verdict:
    code_set = case.code_sets[criterion.code_set]
    ethnicity = case.facts.ethnicity
    if code_set.codes is None:
        return _not_set("which ethnic groups it is for")
    if ethnicity is not None and case.facts.ethnicity_source is not EthnicitySource.SELF_DEFINED:
        detail = "Only what you say yourself about your ethnic group counts here, and we have not asked you yet."
        return Verdict(Truth.UNKNOWN, ETHNICITY_NOT_SELF_DEFINED, detail)
    if ethnicity in code_set.undecided:
        return _not_set("whether it is for your ethnic group")
    known = ethnicity in code_set.codes if ethnicity is not None and ethnicity.stated else None
    return _about(criterion.predicate, known, "people from certain ethnic groups", "how you see yours")


@judge.register
def _(criterion: c.ConvictedOf, case: Case) -> Verdict:
    groups = criterion.any_of or criterion.none_of or ()
    convicted = case.facts.convicted_of(groups, criterion.scope)
    if criterion.none_of is not None:
        return _about(
            criterion.predicate,
            None if convicted is None else not convicted,
            "people without certain kinds of conviction",
            "enough about your convictions",
        )
    who = "people with certain kinds of conviction"
    return _about(criterion.predicate, convicted, who, "enough about your convictions")


@judge.register
def _(criterion: c.HasConviction, case: Case) -> Verdict:
    convicted = case.facts.convicted
    known = None if convicted is None else convicted is criterion.value
    who = "people with a conviction" if criterion.value else "people without a conviction"
    return _about(criterion.predicate, known, who, "whether you have one")


@judge.register
def _(criterion: c.CjsContact, case: Case) -> Verdict:
    facts = case.facts
    settings = (Setting.CUSTODY, Setting.RELEASED, Setting.COMMUNITY_SENTENCE)
    shown = facts.convicted is True or facts.inside is True or facts.current_setting in settings
    contact = True if shown else facts.cjs_contact
    known = None if contact is None else contact is criterion.value
    who = f"people who are {'' if criterion.value else 'not '}in contact with the criminal justice system"
    return _about(criterion.predicate, known, who, "whether you are")


@judge.register
def _(criterion: c.TransitionWithin, case: Case) -> Verdict:
    facts, today = case.facts, case.evaluated_on
    who = "people who are about to leave custody or have lately left it"
    if facts.inside:
        release = expected_release(facts.custody)
        allowed = criterion.before
        dates: tuple[date | None, date | None] = (today, release[1] if release else None)
        if facts.custody.whole_life is True and release is None:
            return _about(criterion.predicate, False, who, "")
    elif facts.current_setting is Setting.RELEASED:
        allowed, dates = criterion.after, (facts.released_on, today)
    else:
        known = False if facts.current_setting is not None else None
        return _about(criterion.predicate, known, who, "whether you are leaving custody")
    if allowed is None:
        return _not_set("how long before or after release it may start")
    return _about(criterion.predicate, _within(allowed, *dates), who, "the date of your release")


@judge.register
def _(criterion: c.ReferralRouteIn, case: Case) -> Verdict:
    known = _among(case.facts.referral_route, criterion.among)
    return _about(criterion.predicate, known, "people referred in certain ways", "how you were referred")


@judge.register
def _(criterion: c.ConsentGiven, case: Case) -> Verdict:
    given = case.facts.consent_given
    known = None if given is None else given is criterion.value
    who = f"people who have {'' if criterion.value else 'not '}said that they want to take part"
    return _about(criterion.predicate, known, who, "whether you want to")


@judge.register
def _(criterion: c.IncentiveLevelNotIn, case: Case) -> Verdict:
    level = case.facts.incentive_level
    known = None if level is None else level not in criterion.not_in
    who = f"people who are not on this incentive level: {_labels(criterion.not_in)}"
    return _about(criterion.predicate, known, who, "your level")


@judge.register
def _(criterion: c.RiskFlagNoneOf, case: Case) -> Verdict:
    flags = case.facts.risk_flags
    known = None if flags is None else not any(_among(flag, criterion.none_of) for flag in flags)
    return _about(criterion.predicate, known, "people to whom certain alerts do not apply", "about alerts")


@judge.register
def _(criterion: c.Always, case: Case) -> Verdict:
    return _verdict(criterion.predicate, True, "This programme is open to everyone.", "", "")


def _about(predicate: str, known: bool | None, who: str, what: str) -> Verdict:
    """A verdict in the form most predicates share: whom the programme is for, and whether that is so here."""
    asked = f"This programme is for {who}"
    return _verdict(
        predicate,
        known,
        f"{asked}. That is so for you.",
        f"{asked}. That is not so for you.",
        f"{asked}. We do not know {what} yet.",
    )


def _among(value: str | None, accepted: Iterable[str]) -> bool | None:
    """Whether a text is one of several, capitals and spaces apart. None if there is no text."""
    plain = " ".join((value or "").casefold().split())
    return plain in {" ".join(text.casefold().split()) for text in accepted} if plain else None


def _within(allowed: CalendarDuration | str, start: date | None, end: date | None) -> bool | None:
    """Whether `end` is at most `allowed` after `start`. None if one is unknown or their order impossible."""
    if isinstance(allowed, str):  # "any": without limit
        return True
    if start is None or end is None or end < start:
        return None
    return end <= allowed.after(start)
