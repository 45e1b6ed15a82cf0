"""A Telegram that enforces its limits, in a process of its own: `python -m benchmarks.telegram_server COUNT`.

Prints its URL and token; told so by a line on its input, prints how many messages it refused, and of each
that it took the second at which it came and its text.
"""

import asyncio
import json
import sys

from tests.fake_telegram import FakeTelegram, serve


async def main(people: int) -> None:
    async with FakeTelegram(enforce_rates=True) as telegram:
        for number in range(1, people + 1):
            telegram.user(number).started = True
        async with serve(telegram) as url:
            print(json.dumps([url, telegram.token]), flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            calls = telegram.calls_of("sendMessage")
            said = [(call.at.timestamp(), call.parameters["text"]) for call in calls]
            print(json.dumps([telegram.rates.refused, said]), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
