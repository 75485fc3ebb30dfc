"""What takes long to work out, beside the loop: everybody else's requests go on meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from app.domain.kernel.errors import Unavailable

T = TypeVar("T")


class Aside:
    """A thread of its own for one kind of work, one piece at a time in a process: whoever asks for much waits in line, and
    takes from the others nothing but a share of the processor. The line is short: nobody should wait there for long."""

    def __init__(self, name: str, *, line: int = 16) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._line, self._in_line = line, 0

    async def __call__(self, work_out: Callable[[], T]) -> T:
        if self._in_line >= self._line:
            raise Unavailable("Too much is being worked out already.", headers={"Retry-After": "5"})
        self._in_line += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work_out)
        finally:
            self._in_line -= 1
