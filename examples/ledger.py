"""Print the ledger of a programme for a period, as JSON or, with --csv, as CSV.

    ledger.py 2024-02-01 2025-03-31
    ledger.py 2024-02-01 2025-03-31 --as-of 2026-11-22T18:00:00Z --csv

Environment: THROUGHGATE_CLIENT_ID and THROUGHGATE_CLIENT_SECRET of a client with the scope
ledger:read; THROUGHGATE_URL, default http://127.0.0.1:8000; THROUGHGATE_PROGRAMME_ID, default the demo's.
"""

import argparse
import csv
import json
import os
import sys

import httpx

URL = os.environ.get("THROUGHGATE_URL", "http://127.0.0.1:8000")
PROGRAMME = os.environ.get("THROUGHGATE_PROGRAMME_ID", "01900000-0000-7000-8000-00000000b001")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("first_day")
    parser.add_argument("last_day")
    parser.add_argument("--as-of", help="as it was known at this instant; default now")
    parser.add_argument("--csv", action="store_true")
    given = parser.parse_args()
    asked = {"from": given.first_day, "to": given.last_day}
    if given.as_of:
        asked["as_of"] = given.as_of

    with httpx.Client(base_url=URL, timeout=20) as http:
        token = http.post(
            "/oauth/token",
            auth=(os.environ["THROUGHGATE_CLIENT_ID"], os.environ["THROUGHGATE_CLIENT_SECRET"]),
            data={"grant_type": "client_credentials"},
        )
        token.raise_for_status()
        http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        answer = http.get(f"/v1/programmes/{PROGRAMME}/ledger", params=asked)
        if answer.is_client_error:
            raise SystemExit(answer.text)
        answer.raise_for_status()
    ledger = answer.json()

    parts = sum(part["count"] for part in ledger["dispositions"])
    if parts != ledger["received"]:
        raise SystemExit(f"{parts} counted, {ledger['received']} received: do not use these figures.")
    if not given.csv:
        print(json.dumps(ledger, indent=2))
        return
    table = csv.writer(sys.stdout)
    table.writerow(("from", "to", "as_of", "disposition", "count"))
    for part in ledger["dispositions"]:
        table.writerow((ledger["from"], ledger["to"], ledger["as_of"], part["disposition"], part["count"]))


if __name__ == "__main__":
    main()
