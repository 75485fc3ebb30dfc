"""Print a programme's waiting list, page by page, with the reason for each place.

Environment: THROUGHGATE_USERNAME and THROUGHGATE_PASSWORD of a coordinator; THROUGHGATE_URL, default
http://127.0.0.1:8000; THROUGHGATE_PROGRAMME_ID, default the demo's.
"""

import os

import httpx

URL = os.environ.get("THROUGHGATE_URL", "http://127.0.0.1:8000")
PROGRAMME = os.environ.get("THROUGHGATE_PROGRAMME_ID", "01900000-0000-7000-8000-00000000b001")


def main() -> None:
    with httpx.Client(base_url=URL, timeout=20) as http:
        signed_in = http.post(
            "/oauth/token",
            data={
                "grant_type": "password",
                "username": os.environ["THROUGHGATE_USERNAME"],
                "password": os.environ["THROUGHGATE_PASSWORD"],
                "scope": "waiting-list:read programmes:read",
            },
        )
        signed_in.raise_for_status()
        http.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"

        cursor: str | None = None
        while True:
            asked = {"limit": "5"} if cursor is None else {"limit": "5", "cursor": cursor}
            page = http.get(f"/v1/programmes/{PROGRAMME}/waiting-list", params=asked)
            page.raise_for_status()
            listed = page.json()
            if cursor is None:
                print(listed["rule"], "\n")
            for one in listed["items"]:
                by = one["last_useful_start"] or "no fixed day"
                print(f"{one['position']:>3}  {one['reference']}  start by {by:<12}  {one['reason']}", *one["flags"])
            cursor = listed["next"]
            if cursor is None:
                break
        print(f"\n{listed['total']} waiting on {listed['on']}")


if __name__ == "__main__":
    main()
