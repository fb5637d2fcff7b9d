"""Many events at once: reserved concurrency holds, nothing is lost."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from lambda_world import world

lock = threading.Lock()
state = {"now": 0, "most": 0}
done: list[int] = []


def count(event: Any, context: Any) -> None:
    with lock:
        state["now"] += 1
        state["most"] = max(state["most"], state["now"])
    time.sleep(0.001)
    with lock:
        state["now"] -= 1
        done.append(event["number"])


def test_a_thousand_events_with_reserved_concurrency_of_ten() -> None:
    async def main() -> None:
        async with world("auto") as w:
            w.function(count)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=10)
            for number in range(1000):
                await w.send("f", {"number": number})
            await w.clock.run_until_idle()
            assert sorted(done) == list(range(1000))
            assert 1 < state["most"] <= 10
            throttled = [hop for hop in w.hops("retry") if hop.outcome == "throttled"]
            assert throttled
            assert not w.hops("dead-letter")

    asyncio.run(main())
