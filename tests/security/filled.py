"""A charity with at least one row of everything, made through its own door."""

from dataclasses import dataclass
from typing import Any

from tests.world import CharityWorld

CONSENT = {
    "voluntary_explained_at": "2026-10-30T10:15:00Z",
    "confidentiality_explained_at": "2026-10-30T10:15:00Z",
    "given": True,
}


@dataclass
class Filled:
    """What was made: the ids by the names that parameters and bodies have for them."""

    charity: CharityWorld
    person: dict[str, Any]
    ids: dict[str, str]

    @property
    def everything(self) -> dict[str, Any]:
        """Values that filters of this charity's lists find something by."""
        return self.ids | {
            "object_id": self.ids["referral_id"],
            "subject_id": str(self.charity.machine.id),
            "partner_id": str(self.charity.partner_id),
            "partner_reference": self.person["partner_reference"],
            "reference": self.person["reference"],
        }


async def fill(charity: CharityWorld) -> Filled:
    """A referral by the partner's machine about somebody of whom everything is known, one by the partner's member, and one
    by the charity itself; a member and a client to spare."""
    low = str(charity.id)[-6:]
    who = {
        "given_name": f"Given{low}",
        "family_name": f"Family{low}",
        "known_as": [f"Alias{low}"],
        "date_of_birth": "1990-01-31",
        "identifiers": [{"scheme": "prison_number", "value": "A0000AA"}],
        "establishment": "BXI",
        "location": f"Wing {low}",
        "risk_flags": ["CSU"],
        "ethnicity": "W1",
        "convictions": [{"offence_group": "CRIMINAL_DAMAGE"}],
    }
    pushed = await charity.push(
        person=who,
        consent=CONSENT,
        partner_reference=f"OURS-{low}",
        reason=f"Reason {low}",
        source_detail=f"Detail {low}",
    )
    await charity.push(charity.referrer)
    await charity.push(charity.coordinator)
    found = (await charity.manager.get("/v1/referrals", params={"reference": pushed["reference"]})).json()["items"][0]
    person = found["person"]["id"]
    await _done(
        charity, f"/v1/people/{person}/custody-facts", {"source": "OMU", "conditional_release_date": "2027-10-01"}
    )
    member = await _done(
        charity,
        "/v1/members",
        {
            "display_name": "Example spare",
            "email": f"spare-{low}@charity.example",
            "roles": ["mentor"],
            "password": "a-password-for-tests",
        },
    )
    client = await _done(
        charity, "/v1/clients", {"name": "Spare program", "role": "coordinator", "scopes": ["programmes:read"]}
    )
    await charity.manager.post(f"/v1/clients/{client['id']}/secrets")
    document = await _trusted(charity, client["id"])
    await _trusted(charity, str(charity.machine.id))
    spare = await _done(charity, "/v1/organisations", {"name": f"Spare partner {low}"})
    ids = {
        "person_id": person,
        "referral_id": pushed["id"],
        "into": pushed["id"],
        "programme_id": charity.programme_id,
        "organisation_id": spare["id"],
        "member_id": member["id"],
        "client_id": client["id"],
        "document_id": document,
    }
    return Filled(charity, pushed, ids)


def document_of(charity: CharityWorld) -> str:
    """A document that its programs may ask by its hash, and no other charity's may."""
    return f"{{ programmes {{ edges {{ node {{ name }} }} }} }} # {charity.id}"


async def _trusted(charity: CharityWorld, client: str) -> str:
    body = {"document": document_of(charity), "name": "Programmes by name"}
    made: str = (await _done(charity, f"/v1/clients/{client}/trusted-documents", body))["id"]
    return made


async def _done(charity: CharityWorld, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await charity.manager.post(path, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
