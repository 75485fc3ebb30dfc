"""What takes long to work out, beside the loop: everybody else's requests go on meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Aside:
    """A thread of its own for one kind of work, one piece at a time in a process: whoever asks for much waits in line, and
    keeps the others from nothing but a share of the processor."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def __call__(self, work_out: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work_out)
