"""Pull what is published of a programme, with nothing but the standard library.

    THROUGHGATE_TOKEN=$(throughgate token --role analyst) python examples/metrics.py

Environment: THROUGHGATE_URL (default http://127.0.0.1:8000), THROUGHGATE_TOKEN, THROUGHGATE_PROGRAMME (default: the demo's).
"""

import csv
import io
import json
import os
import urllib.request

URL = os.environ.get("THROUGHGATE_URL", "http://127.0.0.1:8000")
PROGRAMME = os.environ.get("THROUGHGATE_PROGRAMME", "01900000-0000-7000-8000-00000000b001")


def get(path: str) -> bytes:
    """The body of an answer; an error says what to do about it."""
    headers = {"Authorization": f"Bearer {os.environ['THROUGHGATE_TOKEN']}"}
    with urllib.request.urlopen(urllib.request.Request(URL + path, headers=headers), timeout=30) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body


def main() -> None:
    """The outcomes of each published period, a line for each."""
    published = json.loads(get(f"/v1/metrics?programme_id={PROGRAMME}"))["published"]
    for one in published:
        first, last = one["period"]["from"], one["period"]["to"]
        found = get(f"/v1/metrics/outcomes?programme_id={PROGRAMME}&from={first}&to={last}&format=csv").decode()
        print(f"{one['title']} ({first} to {last})")
        for row in csv.DictReader(io.StringIO(found)):
            share = (
                f"{row['percent']}% ({row['interval_low']} to {row['interval_high']})"
                if row["percent"]
                else "not shown"
            )
            print(f"  {row['label']}: {share}")


if __name__ == "__main__":
    main()
