"""Push one referral as an agency's program: get a token, try it without keeping anything, push it, and push it again.

Environment: THROUGHGATE_CLIENT_ID and THROUGHGATE_CLIENT_SECRET, which the charity gives you; THROUGHGATE_URL, default
http://127.0.0.1:8000; THROUGHGATE_PROGRAMME_ID, default the demo's.
"""

import os
import time
from typing import Any

import httpx

URL = os.environ.get("THROUGHGATE_URL", "http://127.0.0.1:8000")
PROGRAMME = os.environ.get("THROUGHGATE_PROGRAMME_ID", "01900000-0000-7000-8000-00000000b001")


def get_token(http: httpx.Client) -> str:
    """Ask for no more than this program needs. The token lasts ten minutes; ask again rather than keep it."""
    answer = http.post(
        "/oauth/token",
        auth=(os.environ["THROUGHGATE_CLIENT_ID"], os.environ["THROUGHGATE_CLIENT_SECRET"]),
        data={"grant_type": "client_credentials", "scope": "referrals:write referrals:read"},
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def push(http: httpx.Client, referral: dict[str, Any], *, key: str) -> httpx.Response:
    """Push with a key, and again with the same key where that can help: a retry is never a second referral."""
    for pause in (1, 2, 4, 8, 0):
        try:
            answer = http.post("/v1/referrals", json=referral, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            if not pause:
                raise
        else:
            busy = answer.status_code == 503 or (
                answer.status_code == 409 and answer.json()["code"] == "IDEMPOTENCY_KEY_IN_USE"
            )
            if not busy or not pause:
                return answer
        time.sleep(pause)
    raise AssertionError("unreachable")


def main() -> None:
    own_reference = f"CASE-{time.time_ns()}"
    referral = {
        "programme_id": PROGRAMME,
        "source": "prison_offender_manager",
        "reason": "Would like help with finding work before release.",
        "needs": ["EDUCATION_SKILLS_AND_WORK"],
        "partner_reference": own_reference,
        "person": {"given_name": "Testcase", "family_name": "Example", "establishment": "BXI"},
        "custody": {"legal_status": "SENTENCED", "conditional_release_date": "2029-09-30"},
    }
    with httpx.Client(base_url=URL, timeout=20) as http:
        http.headers["Authorization"] = f"Bearer {get_token(http)}"

        tried = http.post("/v1/referrals", params={"dry_run": "true"}, json=referral)
        tried.raise_for_status()
        print("dry run:", tried.status_code, tried.json()["eligibility"]["outcome"], "and nothing kept")

        made = push(http, referral, key=own_reference)
        if made.is_client_error:  # what we sent is wrong: the answer says what, for programs and for people
            raise SystemExit(f"{made.status_code} {made.text}")
        made.raise_for_status()
        print("pushed:", made.status_code, made.json()["reference"], made.json()["disposition"])
        for reason in made.json()["eligibility"]["reasons"]:
            print("  ", reason["code"], "-", reason["detail"])

        again = push(http, referral, key=own_reference)
        print("pushed again:", again.status_code, "replayed:", again.headers.get("Idempotency-Replayed"))
        assert again.content == made.content, "the same request gets the same answer"

        now = http.get(made.headers["Location"])
        now.raise_for_status()
        print("it stands in:", now.json()["disposition"])


if __name__ == "__main__":
    main()
