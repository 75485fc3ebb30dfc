"""Log lines: all of them, in order, outside the requests that they tell of; an error at once."""

import asyncio
import io

from app.logs import Lines


async def test_lines_are_gathered_and_written_in_order() -> None:
    file = io.BytesIO()
    lines = Lines(file)
    lines.info(b"one")
    lines.warning(b"two")
    assert file.getvalue() == b""
    await asyncio.sleep(0.2)
    lines.info(b"three")
    await asyncio.sleep(0.2)
    assert file.getvalue() == b"one\ntwo\nthree\n"


async def test_an_error_is_written_at_once_behind_what_waits() -> None:
    file = io.BytesIO()
    lines = Lines(file)
    lines.info(b"one")
    lines.error(b"two")
    assert file.getvalue() == b"one\ntwo\n"
    await asyncio.sleep(0.2)
    assert file.getvalue() == b"one\ntwo\n"


def test_where_nothing_is_served_a_line_does_not_wait() -> None:
    file = io.BytesIO()
    Lines(file).info(b"one")
    assert file.getvalue() == b"one\n"
