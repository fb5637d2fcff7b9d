"""The bare asyncio loop: tasks that wait as often as an execution's states do.

``python -m benchmarks.floor_loop COUNT`` starts so many tasks that wait for an hour, and says so.
"""

from __future__ import annotations

import asyncio
import sys
import time


async def steps(count: int, each: int) -> float:
    """Tasks per second, when each gives way to the others ``each`` times."""

    async def one() -> None:
        for _ in range(each):
            await asyncio.sleep(0)

    began = time.perf_counter()
    await asyncio.gather(*(asyncio.create_task(one()) for _ in range(count)))
    return count / (time.perf_counter() - began)


async def threads(count: int) -> float:
    """Calls per second of a function that does nothing, in the loop's own pool of threads."""
    began = time.perf_counter()
    await asyncio.gather(*(asyncio.to_thread(int) for _ in range(count)))
    return count / (time.perf_counter() - began)


async def main(count: int) -> None:
    waiting = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(count)]
    await asyncio.sleep(0.1)
    print("waiting;", flush=True)
    await asyncio.gather(*waiting)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
