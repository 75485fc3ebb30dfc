"""A person as far as he is known, his typed identifiers, and what only casework may see of him."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, StringConstraints, model_validator
from pydantic import Field as SchemaField
from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Line,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.people.codes import (
    Ethnicity,
    EthnicitySource,
    GenderIdentity,
    IdentifierScheme,
    MovementState,
    Religion,
    Setting,
    Sex,
    SexualOrientation,
)
from app.domain.people.offences import ConvictionScope, IncentiveLevel, OffenceGroup


def _current_code(received: object) -> object:
    """Old ethnicity codes are taken on input and kept as the present ones."""
    if not isinstance(received, str) or len(received) > 10:
        return received
    try:
        return Ethnicity.from_input(received)
    except ValueError:
        return received


EthnicityInput = Annotated[Ethnicity, BeforeValidator(_current_code)]

Place = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{2,12}$")]
"""An agency id from /v1/establishments; OUT and TRN are accepted and kept as a movement, never as a prison."""

RiskFlag = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9_]{1,40}$")]


class PersonFields(SQLModel):
    """Nothing here is needed: a paper slip may hold a name and a cell."""

    given_name: Line | None = Field(default=None, description="Given name, as far as known.")
    family_name: Line | None = Field(default=None, description="Family name, as far as known.")
    known_as: list[Line] = codes_field(default_factory=list, max_length=10, description="Aliases and nicknames.")
    date_of_birth: CivilDate | None = Field(default=None, description="Date of birth.")
    sex: Sex | None = code_field(default=None, description="M, F, N (not known) or NS (not specified).")
    establishment: str | None = Field(default=None, description="Agency id of the prison he is in, for example BXI.")
    location: Line | None = Field(default=None, description="Wing and cell, as received.")
    setting: Setting | None = code_field(default=None, description="In custody, released, or on a community sentence.")
    probation_region: Line | None = Field(default=None, description="Probation region.")
    incentive_level: IncentiveLevel | None = code_field(
        default=None, description="Incentive level. It never closes a case and bars nobody by itself."
    )
    risk_flags: list[RiskFlag] | None = codes_field(
        default=None, max_length=20, description="Coded flags in force; null where nobody has looked, [] for none."
    )
    cjs_contact: bool | None = Field(default=None, description="In contact with the criminal justice system.")
    has_conviction: bool | None = Field(default=None, description="Has any conviction; null where not known.")
    offence_history_complete: ConvictionScope | None = code_field(
        default=None,
        description="How far the convictions listed are known to be all there are; null: absence proves nothing.",
    )


class Person(PersonFields, Identified, Tenanted, Versioned, table=True):
    """`name_keys` are the names folded and by sound, for searching; `movement` says where somebody is who is in no
    prison."""

    __table_args__ = (
        Index("person_newest", "charity_id", "id"),
        Index("person_name_keys", "name_keys", postgresql_using="gin"),
        Index("person_date_of_birth", "charity_id", "date_of_birth"),
    )
    movement: MovementState = code_field(default=MovementState.UNKNOWN)
    deceased: bool = False
    merged_into_id: UUID | None = Field(default=None, foreign_key="person.id")
    name_keys: list[str] = codes_field(default_factory=list)


class IdentifierFields(SQLModel):
    scheme: IdentifierScheme = code_field(description="prison_number, crn, pnc or cro.")


class PersonIdentifier(IdentifierFields, Identified, Tenanted, Created, table=True):
    """Typed rows, never columns: a man can hold several PNCs, and a prison number is superseded when records merge."""

    __tablename__ = "person_identifier"
    __table_args__ = (Index("person_identifier_value", "charity_id", "scheme", "value"),)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    value: str
    value_received: str
    verified: bool = Field(description="The format and, where there is one, the check letter are right.")
    source: str
    superseded_at: datetime | None = instant_field(default=None)
    superseded_by_id: UUID | None = Field(default=None, foreign_key="person_identifier.id")


class IdentifierInput(IdentifierFields):
    model_config = command_config({"scheme": "pnc", "value": "2004/0000123X"})
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] = Field(
        description="As received; it is trimmed, upper-cased and checked."
    )


class IdentifierRead(IdentifierFields):
    """An identifier in its canonical form, and whether its check passed."""

    value: str
    verified: bool
    superseded: bool = Field(description="Another number took its place. It still finds him.")


class ConvictionFields(SQLModel):
    offence_group: OffenceGroup = code_field(description="HMPPS actuarial offence category. No detail is kept.")
    scope: ConvictionScope = code_field(default=ConvictionScope.EVER, description="INDEX, CURRENT_SENTENCE or EVER.")


class Conviction(ConvictionFields, Identified, Tenanted, Created, table=True):
    person_id: UUID = Field(foreign_key="person.id", index=True)
    source: str


class ConvictionInput(ConvictionFields):
    model_config = command_config({"offence_group": "BURGLARY_OTHER", "scope": "CURRENT_SENTENCE"})


class ConvictionRead(ConvictionFields):
    """A conviction by group only."""


class ProtectedCharacteristicFields(SQLModel):
    """Each optional, each with its source; every read of this resource is audited."""

    ethnicity: EthnicityInput | None = code_field(default=None, description="HMPPS ethnicity code, for example W1.")
    ethnicity_source: EthnicitySource | None = code_field(
        default=None, description="Only SELF_DEFINED counts in a policy that asks for ethnicity."
    )
    gender_identity: GenderIdentity | None = code_field(default=None, description="Separate from sex; optional.")
    sexual_orientation: SexualOrientation | None = code_field(
        default=None, description="Only if he wants it known here. Being outed has ended in violence."
    )
    religion: Religion | None = code_field(default=None, description="Religion or belief code.")
    support_needs: Line | None = Field(
        default=None, description="Disability, neurodiversity or literacy, in his words."
    )


class ProtectedCharacteristics(ProtectedCharacteristicFields, Tenanted, Versioned, table=True):
    __tablename__ = "protected_characteristics"
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")


class SetProtectedCharacteristics(ProtectedCharacteristicFields):
    """What to change; what is left out stays, null forgets."""

    model_config = command_config({"ethnicity": "W1", "ethnicity_source": "SELF_DEFINED"})


class ProtectedCharacteristicsRead(ProtectedCharacteristicFields):
    """What he has said about himself."""

    person_id: UUID
    version: int
    updated_at: datetime


class PersonInput(PersonFields):
    """What a referrer knows of the person: a name or an identifier at least, the rest as far as known."""

    model_config = command_config()
    establishment: Place | None = Field(
        default=None, description="Agency id, for example BXI; OUT or TRN are movements."
    )
    ethnicity: EthnicityInput | None = SchemaField(default=None, description="HMPPS ethnicity code, if supplied.")
    ethnicity_source: EthnicitySource | None = SchemaField(
        default=None, description="Who said so; PARTNER if left out."
    )
    identifiers: list[IdentifierInput] = SchemaField(default_factory=list, max_length=10)
    convictions: list[ConvictionInput] = SchemaField(default_factory=list, max_length=50)

    @model_validator(mode="after")
    def _somebody(self) -> "PersonInput":
        if not (self.given_name or self.family_name or self.known_as or self.identifiers):
            raise ValueError("give a name or an identifier, so that somebody can be found")
        return self


PERSON_EXAMPLE = {
    "given_name": "Testcase",
    "family_name": "Exampleson",
    "date_of_birth": "1990-01-31",
    "identifiers": [{"scheme": "prison_number", "value": "A0000AA"}],
    "establishment": "BXI",
    "location": "C wing, 3-14",
    "sex": "M",
}


class CreatePerson(PersonInput):
    """A person whom the charity meets otherwise than by a referral."""

    model_config = command_config(PERSON_EXAMPLE)


class ChangePerson(PersonFields):
    """What to change; what is left out stays, null forgets. Identifiers and convictions have calls of their own."""

    model_config = command_config({"location": "A wing, 1-02"})
    establishment: Place | None = None
    known_as: list[Line] | None = SchemaField(default=None, max_length=10)  # type: ignore[assignment]


class PersonRead(PersonFields):
    """A person of the charity. Protected characteristics are a resource of their own."""

    id: UUID
    movement: MovementState = SchemaField(description="Where he is when he is in no establishment.")
    merged_into_id: UUID | None = SchemaField(
        description="This record was of somebody who has another: everything of it is there."
    )
    deceased: bool = SchemaField(description="He has died. Nothing is planned for him, and nobody is reminded of him.")
    identifiers: list[IdentifierRead] = SchemaField(
        default_factory=list, description="Missing when the token lacks `people:read`."
    )
    convictions: list[ConvictionRead] = SchemaField(
        default_factory=list, description="Missing when the token lacks `people:read`."
    )
    version: int
    created_at: datetime
    updated_at: datetime


class PersonSummary(SQLModel):
    """As much of a person as a list needs; where his cell is stands in his record, whose every read is audited."""

    id: UUID
    given_name: str | None
    family_name: str | None
    date_of_birth: CivilDate | None
    establishment: str | None


class SearchPeople(BaseModel):
    """By identifier, or by any of name and date of birth. Identifiers never stand in a URL, so this is a POST."""

    model_config = command_config({"identifier": {"scheme": "prison_number", "value": "A0000AA"}})
    identifier: IdentifierInput | None = None
    given_name: Line | None = None
    family_name: Line | None = None
    date_of_birth: CivilDate | None = None

    @model_validator(mode="after")
    def _something(self) -> "SearchPeople":
        if not (self.identifier or self.given_name or self.family_name or self.date_of_birth):
            raise ValueError("give an identifier, a name or a date of birth to search by")
        return self


class PossibleMatch(BaseModel):
    """Somebody who may be the same person: a score from 0 to 100 with its reasons. Only a person decides."""

    person: PersonSummary
    score: int
    reasons: list[str]


class PossibleMatches(BaseModel):
    """The likeliest first; at most 20."""

    items: list[PossibleMatch]
