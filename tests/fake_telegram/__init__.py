"""A strict Telegram for tests: people with phones on one side, the Bot API on the other.

async with FakeTelegram() as telegram:
    bot = offline_bot(telegram)         # the real Bot; for HTTP clients see `serve`
    an = telegram.user(7, "An")
    await an.starts()
    ...                                 # the bot takes telegram.pending_updates() and answers
    await an.presses("Đồng ý và gửi")
    assert "Đã nhận" in an.last.text
"""

from tests.fake_telegram.groups import FakeChannel, FakeGroup
from tests.fake_telegram.messages import Message
from tests.fake_telegram.people import FakeUser, Press
from tests.fake_telegram.server import Call, FakeTelegram
from tests.fake_telegram.wire_http import serve
from tests.fake_telegram.wire_offline import OfflineRequest, offline_bot

__all__ = [
    "Call",
    "FakeChannel",
    "FakeGroup",
    "FakeTelegram",
    "FakeUser",
    "Message",
    "OfflineRequest",
    "Press",
    "offline_bot",
    "serve",
]
