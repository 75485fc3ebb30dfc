"""A push for those who are handed rows, as the service would have made them; and the address of their database."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bench.cases import Push
from bench.dataset import CHARITY, CLIENT, PARTNER, POLICY, PROGRAMME, uid
from bench.load import COUNTER
from bench.ours import push_body

Rows = dict[str, dict[str, Any]]
_DETAIL = "Your conditional release date is 30 September 2027. This programme asks for 22 February 2027 or later."


def body_for_all(question: Push, name: str) -> str:
    """What the service is sent, and in it whose it is: a peer has no token that says so."""
    body = push_body(question) | {
        "partner_reference": f"{name}-{COUNTER}",
        "charity_id": str(uid(CHARITY, question.charity)),
        "partner_id": str(uid(PARTNER, question.partner)),
        "client_id": str(uid(CLIENT, question.partner)),
    }
    return json.dumps(body)


def rows(question: Push, name: str) -> Rows:
    """One row for each table, with ids that no other contender and no other request has."""
    now = datetime.now(UTC)
    day, stamp = now.date(), now.isoformat()
    own = f"{zlib.crc32(name.encode()):08x}"

    def key(table: int) -> str:
        return f"{own}-{table:04x}-7000-8000-{COUNTER}"

    person, referral, custody = key(0x10), key(0x11), key(0x12)
    charity, partner = str(uid(CHARITY, question.charity)), str(uid(PARTNER, question.partner))
    client = str(uid(CLIENT, question.partner))
    body = push_body(question)
    written = {"version": 1, "created_at": stamp, "created_by": client, "updated_at": stamp}
    recorded = {"charity_id": charity, "recorded_at": stamp, "recorded_by": client}
    reason = {"code": "AT_LEAST_THRESHOLD", "predicate": "custody_remaining", "detail": _DETAIL}
    ends = str(day + timedelta(days=300))
    return {
        "person": {
            "id": person,
            "charity_id": charity,
            **body["person"],
            "known_as": [],
            "movement": "IN_ESTABLISHMENT",
            "name_keys": ["E251", "EXAMPLESON", "T232", "TESTCASE"],
            **written,
        },
        "custody_facts": {
            "id": custody,
            "person_id": person,
            "sequence": 1,
            "legal_status": "SENTENCED",
            "in_custody": True,
            "conditional_release_date": ends,
            "source": "partner",
            **recorded,
        },
        "consent": {
            "id": key(0x15),
            "person_id": person,
            "purpose": "TAKING_PART",
            "given": True,
            "stated_at": stamp,
            **recorded,
        },
        "referral": {
            "id": referral,
            "charity_id": charity,
            "programme_id": str(uid(PROGRAMME, question.programme)),
            "person_id": person,
            "partner_id": partner,
            "reference": f"{name}-{COUNTER}",
            "partner_reference": f"{name}-{COUNTER}",
            "source": body["source"],
            "channel": "API",
            "received_on": str(day),
            "received_at": stamp,
            "reason": body["reason"],
            "needs": body["needs"],
            "disposition": "waiting",
            "disposition_for_partner": "waiting",
            "disposition_since": stamp,
            "version_for_partner": 1,
            "submitted": {name: body[name] for name in ("source", "reason", "needs", "person", "custody", "consent")},
            **written,
        },
        "disposition_change": {
            "id": key(0x14),
            "referral_id": referral,
            "sequence": 1,
            "disposition": "waiting",
            "source": body["source"],
            "step": "judged_eligible",
            "effective_on": str(day),
            **recorded,
        },
        "eligibility_decision": {
            "id": key(0x13),
            "charity_id": charity,
            "referral_id": referral,
            "partner_id": partner,
            "sequence": 1,
            "outcome": "ELIGIBLE",
            "reasons": [reason],
            "basis": "CRD",
            "custody_end": ends,
            "threshold": str(day + timedelta(days=92)),
            "warnings": [],
            "evaluated_on": str(day),
            "inputs": {"custody": {"legal_status": "SENTENCED", "conditional_release_date": ends}},
            "policy_id": str(uid(POLICY, question.programme)),
            "policy_version": 1,
            "custody_facts_id": custody,
            "decided_at": stamp,
            "decided_for": client,
        },
        "audit_entry": {
            "id": key(0x16),
            "charity_id": charity,
            "action": "referral.submitted",
            "object_id": referral,
            "fields": sorted(body),
            "subject_id": client,
            "role": "referrer",
            "at": stamp,
        },
        "event": {
            "id": key(0x17),
            "charity_id": charity,
            "type": "referral.received",
            "aggregate_id": referral,
            "aggregate_version": 1,
            "partner_id": partner,
            "occurred_at": stamp,
        },
    }


def database_variables(dsn: str) -> dict[str, str]:
    """The address as libpq's variables."""
    address = urlsplit(dsn)
    return {
        "PGHOST": address.hostname or "",
        "PGPORT": str(address.port),
        "PGUSER": address.username or "",
        "PGPASSWORD": address.password or "",
        "PGDATABASE": address.path.lstrip("/"),
    }
