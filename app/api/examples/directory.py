"""Services of the directory: as their charity sees them, and as everybody does."""

from typing import Any

from app.api.examples import ids

SERVICE = "01900000-0000-7000-8000-00000000e601"

_ORGANISATION = {
    "id": "01900000-0000-7000-8000-00000000e602",
    "name": "Example Housing Trust",
    "description": "No description yet.",
}
_LISTED = {
    "id": SERVICE,
    "name": "Example Housing Advice",
    "description": "Advice and a deposit scheme for people who leave prison without a home.",
    "url": "https://housing.example/advice",
    "email": "advice@housing.example",
    "status": "active",
    "fees": "Free.",
    "accreditations": "Advice Quality Example, until 2028.",
    "minimum_age": 18,
    "maximum_age": 99,
    "alert": "Closed over the New Year.",
    "last_modified": ids.NOW,
    "organization": _ORGANISATION,
}

ANSWERS: dict[str, Any] = {
    "DirectoryServiceRead": {
        "name": "Example Housing Advice",
        "status": "active",
        "description": "Advice and a deposit scheme for people who leave prison without a home.",
        "url": "https://housing.example/advice",
        "email": None,
        "phones": ["0800 000 0000"],
        "fees": None,
        "accreditations": None,
        "minimum_age": 18,
        "maximum_age": None,
        "alert": None,
        "organisation_name": "Example Housing Trust",
        "organisation_description": None,
        "id": SERVICE,
        "source_id": None,
        "withdrawn_at": None,
        **ids.STAMPS,
    },
    "ServicesImported": {
        "items": [
            {
                "index": 0,
                "outcome": "CREATED",
                "service_id": SERVICE,
                "left_out": [{"pointer": "/contacts", "reason": "PERSON"}],
                "faults": [],
            }
        ]
    },
    "HsdsMetadata": {
        "version": "3.0",
        "profile": "https://docs.openreferraluk.org/",
        "openapi_url": "https://throughgate.example/openapi.json",
    },
    "HsdsService": {
        **_LISTED,
        "phones": [{"id": "01900000-0000-7000-8000-00000000e603", "number": "0800 000 0000"}],
    },
    "DirectoryPage": {
        "total_items": 1,
        "total_pages": 1,
        "page_number": 1,
        "size": 1,
        "first_page": True,
        "last_page": True,
        "empty": False,
        "contents": [_LISTED],
    },
}
