"""Members, clients, tokens, the audit trail."""

from hashlib import sha256
from typing import Any

from app.api.examples import ids

_DOCUMENT = "query Programmes { programmes(first: 10) { edges { node { id name intake } } } }"
_SCOPES = "eligibility:preview programmes:read referrals:read referrals:write"

ANSWERS: dict[str, Any] = {
    "MemberRead": {
        "display_name": "Example Coordinator",
        "email": "coordinator2@charity.example",
        "roles": ["coordinator"],
        "id": ids.MEMBER,
        "organisation_id": ids.CHARITY,
        "standing": "ACTIVE",
        **ids.STAMPS,
    },
    "ColleagueRead": {"id": ids.MEMBER, "display_name": "Example Coordinator", "roles": ["coordinator"]},
    "ClientRead": {
        "name": "Example case system",
        "role": "referrer",
        "scopes": ["referrals:write", "referrals:read"],
        "trusted_documents_only": False,
        "id": ids.CLIENT,
        "organisation_id": ids.PARTNER,
        "standing": "ACTIVE",
        "secrets": ["2026-11-02"],
        "last_used_at": ids.EARLIER,
        **ids.STAMPS,
    },
    "TrustedDocumentRead": {
        "document": _DOCUMENT,
        "name": "The programmes on the start page",
        "id": ids.DOCUMENT,
        "client_id": ids.CLIENT,
        "sha256": sha256(_DOCUMENT.encode()).hexdigest(),
        "withdrawn_at": None,
        **ids.STAMPS,
    },
    "ClientSecretIssued": {
        "client_id": ids.CLIENT,
        "client_secret": "example-only-not-a-secret",
        "expires_at": None,
    },
    "AuditEntryRead": {
        "action": "referral.submitted",
        "object_id": ids.REFERRAL,
        "fields": ["custody", "person", "programme_id", "source"],
        "subject_id": ids.CLIENT,
        "role": "referrer",
        "request_id": ids.REQUEST,
        "id": ids.ENTRY,
        "at": ids.NOW,
    },
    "TokenAnswer": {
        "access_token": "example.only.token",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": _SCOPES,
    },
    "jwks": {
        "keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "example-key-id", "n": "example-modulus", "e": "AQAB"}
        ]
    },
    "metadata": {
        "issuer": "http://127.0.0.1:8000",
        "token_endpoint": "http://127.0.0.1:8000/oauth/token",
        "jwks_uri": "http://127.0.0.1:8000/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials", "password"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "response_types_supported": [],
        "scopes_supported": _SCOPES.split(),
        "service_documentation": "http://127.0.0.1:8000/docs",
    },
}

TOKEN_REQUESTS: dict[str, Any] = {
    "program": {
        "summary": "A program, with its secret",
        "value": {
            "grant_type": "client_credentials",
            "client_id": ids.CLIENT,
            "client_secret": "example-only-not-a-secret",
            "scope": "referrals:write referrals:read",
        },
    },
    "member": {
        "summary": "A member, with user name and password",
        "value": {
            "grant_type": "password",
            "username": "coordinator@charity.example",
            "password": "example-only-not-a-password",
        },
    },
}
