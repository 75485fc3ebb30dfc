"""One program of a partner agency: pushes and retries with the same keys until each push is answered.

Standard library only, as twenty of these start at once. Reads its orders as JSON from standard input, and writes a line of
JSON for each answer: the key, the status, the body. An answer that is not final (409 while another holds the key, 503, or
none at all) is followed by a retry.
"""

import http.client
import json
import sys
import time

NOT_YET = "IDEMPOTENCY_KEY_IN_USE"


def push(port: int, token: str, key: str, body: bytes) -> tuple[int, str] | None:
    """One try; None where there was no answer at all."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
    try:
        connection.request("POST", "/v1/referrals", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def main() -> None:
    orders = json.load(sys.stdin)
    for key, body in orders["pushes"]:
        sent = json.dumps(body).encode()
        while True:
            answer = push(orders["port"], orders["token"], key, sent)
            final = answer is not None and answer[0] != 503 and NOT_YET not in answer[1]
            if answer is not None and final:
                print(json.dumps([key, *answer]), flush=True)
                break
            time.sleep(0.05)


if __name__ == "__main__":
    main()
