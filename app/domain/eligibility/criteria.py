"""The predicates of the policy language, one class each: what may be asked, never how it is judged.

A bound that is null has not been set by the programme yet. Predicates on a protected characteristic must say
why (`justification`) and on what ground (`legal_basis`): Equality Act 2010, sections 158 (positive action)
and 193 (charities). There is no predicate on religion or belief.
"""

import re
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.domain.eligibility.custody import EarlyRelease, WithoutDate
from app.domain.eligibility.dates import Duration
from app.domain.people.codes import GenderIdentity, LegalStatus, Setting, Sex
from app.domain.people.offences import ConvictionScope, IncentiveLevel, OffenceGroup

_PLACEHOLDERS = {
    "tbc",
    "tbd",
    "todo",
    "na",
    "none",
    "null",
    "unknown",
    "pending",
    "placeholder",
    "test",
    "xxx",
}


def _not_a_placeholder(text: str) -> str:
    words = re.sub(r"[^a-z0-9]", "", text.lower())
    if len(words) < 10 or words in _PLACEHOLDERS or len(set(words)) < 4:
        raise ValueError("say in a sentence why this criterion is justified; a placeholder is not enough")
    return text


Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_not_a_placeholder)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=4000)]
Item = TypeVar("Item")


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    # Not `min_length`: that would also count the items that failed, and report an error that is none.
    if not items:
        raise ValueError("give at least one")
    return items


Many = Annotated[
    tuple[Item, ...],
    Field(max_length=100, json_schema_extra={"minItems": 1}),
    AfterValidator(_not_empty),
]
"""One or more, in the order given."""


class Written(BaseModel):
    """Something written in the policy language: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Criterion(Written):
    """A leaf. `asks` names the facts (fields of `PersonFacts`) it looks at."""

    asks: ClassVar[tuple[str, ...]]


class OnProtectedCharacteristic(Criterion):
    """A leaf that treats people differently by a protected characteristic, and must justify it."""

    justification: Sentence
    legal_basis: Sentence


class CustodyRemaining(Criterion):
    """At least `value` of a custodial sentence left to serve (see `custody.py`)."""

    asks = ("custody",)
    predicate: Literal["custody_remaining"]
    op: Literal[">="] = ">="
    value: Duration | None
    on: Literal["referral_received"] = "referral_received"
    early_release_counts: EarlyRelease = "approved_only"
    indeterminate_without_date: WithoutDate = "eligible_with_warning"


class Age(OnProtectedCharacteristic):
    """Age in completed years on the day the referral was received. `<` and `>` exclude `value`."""

    asks = ("date_of_birth",)
    predicate: Literal["age"]
    op: Literal["<", "<=", ">", ">="]
    value: Annotated[int, Field(ge=0, le=150)] | None
    on: Literal["referral_received"] = "referral_received"


class LegalStatusIn(Criterion):
    asks = ("custody",)
    predicate: Literal["legal_status"]
    among: Many[LegalStatus] = Field(alias="in")


class InCustody(Criterion):
    """In custody (or, with `value` false, not). Temporary absence is custody."""

    asks = ("custody", "setting")
    predicate: Literal["in_custody"]
    value: bool = True


class SettingIn(Criterion):
    asks = ("custody", "setting")
    predicate: Literal["setting"]
    among: Many[Setting] = Field(alias="in")


class EstablishmentIn(Criterion):
    """Held in one of these prisons, by agency id. Where a service merely runs is no criterion."""

    asks = ("establishment",)
    predicate: Literal["establishment"]
    among: Many[Text] = Field(alias="in")


class RegionIn(Criterion):
    """In one of these regions, by name; capitals do not matter."""

    asks = ("region",)
    predicate: Literal["region"]
    among: Many[Text] = Field(alias="in")


class SexIn(OnProtectedCharacteristic):
    asks = ("sex",)
    predicate: Literal["sex"]
    among: Many[Sex] = Field(alias="in")


class GenderIdentityIn(OnProtectedCharacteristic):
    asks = ("gender_identity",)
    predicate: Literal["gender_identity"]
    among: Many[GenderIdentity] = Field(alias="in")


class EthnicGroupIn(OnProtectedCharacteristic):
    """Of an ethnic group in a code set that the policy itself carries. Only ethnicity that the person has
    said of themselves counts; anything else is unknown."""

    asks = ("ethnicity", "ethnicity_source")
    predicate: Literal["ethnic_group"]
    code_set: Text


class ConvictedOf(Criterion):
    """Convicted of any, or of none, of these offence groups. Where the history may be incomplete, finding
    nothing proves nothing."""

    asks = ("convictions", "offence_history_complete", "has_conviction", "custody")
    predicate: Literal["convicted_of"]
    any_of: Many[OffenceGroup] | None = Field(default=None, alias="any")
    none_of: Many[OffenceGroup] | None = Field(default=None, alias="none")
    scope: ConvictionScope

    @model_validator(mode="before")
    @classmethod
    def scope_in_any_case(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("scope"), str):
            return {**data, "scope": data["scope"].upper()}
        return data

    @model_validator(mode="after")
    def any_or_none(self) -> "ConvictedOf":
        if (self.any_of is None) == (self.none_of is None):
            raise ValueError("give either `any` or `none`, a list of offence groups")
        return self


class HasConviction(Criterion):
    asks = ("has_conviction", "convictions", "offence_history_complete", "custody")
    predicate: Literal["has_conviction"]
    value: bool = True


class CjsContact(Criterion):
    """In contact with the criminal justice system in any way."""

    asks = ("cjs_contact", "has_conviction", "convictions", "custody", "setting", "released_on")
    predicate: Literal["cjs_contact"]
    value: bool = True


class TransitionWithin(Criterion):
    """Leaving custody within `before`, or having left it within `after`; "any" is without limit."""

    asks = ("custody", "setting", "released_on")
    predicate: Literal["transition_within"]
    before: Literal["any"] | Duration | None
    after: Literal["any"] | Duration | None


class ReferralRouteIn(Criterion):
    asks = ("referral_route",)
    predicate: Literal["referral_route"]
    among: Many[Text] = Field(alias="in")


class ConsentGiven(Criterion):
    asks = ("consent_given",)
    predicate: Literal["consent_given"]
    value: bool = True


class IncentiveLevelNotIn(Criterion):
    """Not on one of these incentive levels. It exists so that its absence can be shown."""

    asks = ("incentive_level",)
    predicate: Literal["incentive_level"]
    not_in: Many[IncentiveLevel]


class RiskFlagNoneOf(Criterion):
    """None of these alert codes in force. Alerts can speak of health, so a human confirms every answer."""

    asks = ("risk_flags",)
    predicate: Literal["risk_flag"]
    none_of: Many[Text]


class Always(Criterion):
    """True of everyone: a programme without criteria says so."""

    asks = ()
    predicate: Literal["always"]


Leaf = (
    CustodyRemaining | Age | LegalStatusIn | InCustody | SettingIn | EstablishmentIn | RegionIn | SexIn
    | GenderIdentityIn | EthnicGroupIn | ConvictedOf | HasConviction | CjsContact | TransitionWithin
    | ReferralRouteIn | ConsentGiven | IncentiveLevelNotIn | RiskFlagNoneOf | Always
)  # fmt: skip
SPECIAL_CATEGORY = (EthnicGroupIn, RiskFlagNoneOf)
"""Predicates on special-category data (ethnicity, health): UK GDPR articles 9 and 22A to 22D."""
