"""The page's addresses: stored before acknowledged, once, and each visitor's own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.types import Message

from handlers.web import routes as module
from handlers.web.mailboxes import Mailboxes
from handlers.web.send import WebDoor
from handlers.web.uploads import LARGEST
from storage.database import Database, DatabaseError
from storage.models import Inbox as Row
from tests.clock import FakeClock
from tests.handlers.web.conftest import HEADERS, PEER
from tests.handlers.web.echo import OFFICER, EchoInbox, png
from tips.messages import Reply

ID = "9b2d1c1e-0a54-4a8e-bd3c-5f1d7a1f0c11"


def text(said: str, message_id: str = ID, **more: Any) -> dict[str, Any]:
    return {"id": message_id, "chat": "citizen", "text": said, **more}


def address(browser: httpx.AsyncClient) -> str:
    return f"citizen:{browser.cookies[module.COOKIE]}"


async def rows(database: Database) -> int:
    return await database.read(lambda session: session.scalar(select(func.count(Row.id))) or 0)


async def events(
    app: Starlette, browser: httpx.AsyncClient, since: int = 0, by_header: bool = False
) -> list[dict[str, Any]]:
    """Open the stream, read up to the first beat, go away; return the messages it told of."""
    gone = asyncio.Event()
    sent: list[bytes] = []

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))
        if b"event: beat" in sent[-1]:
            gone.set()

    cookie = f"{module.COOKIE}={browser.cookies[module.COOKIE]}"
    headers = {**HEADERS, "cookie": cookie}
    if by_header:
        headers["last-event-id"] = str(since)
    await app(
        {
            "type": "http", "method": "GET", "path": "/web/events", "scheme": "http",
            "query_string": b"" if by_header else f"since={since}".encode(), "client": PEER,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        },
        receive,
        send,
    )  # fmt: skip
    lines = b"".join(sent).decode().splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


async def test_a_message_is_acknowledged_only_after_it_is_stored(
    browser: httpx.AsyncClient, sqlite: Database
) -> None:
    assert (await browser.post("/web/messages", json=text("trộm xe"))).status_code == 200
    assert await rows(sqlite) == 1


async def test_a_message_posted_twice_is_stored_and_shown_once(
    browser: httpx.AsyncClient, sqlite: Database, door: WebDoor
) -> None:
    for _ in range(2):
        assert (await browser.post("/web/messages", json=text("trộm xe"))).status_code == 200
    assert await rows(sqlite) == 1
    assert len(door.mailboxes.shown(address(browser))) == 2  # the message and one answer


async def test_a_message_that_could_not_be_stored_is_refused_for_now_and_not_shown(
    browser: httpx.AsyncClient,
    inbox: EchoInbox,
    door: WebDoor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(inbox, "store", fail)
    assert (await browser.post("/web/messages", json=text("trộm xe"))).status_code == 503
    assert not door.mailboxes.shown(address(browser))


async def test_ones_own_message_stands_before_the_answer_to_it(
    browser: httpx.AsyncClient, door: WebDoor
) -> None:
    await browser.post("/web/messages", json=text("trộm xe"))
    assert [bubble.mine for bubble in door.mailboxes.shown(address(browser))] == [True, False]


async def test_a_press_is_stored_and_leaves_no_message(
    browser: httpx.AsyncClient, door: WebDoor, inbox: EchoInbox
) -> None:
    message_id = await door.send(OFFICER, Reply("Tin 7"))
    press = {"id": ID, "chat": OFFICER, "choice": "take:7:1", "on_message": message_id}
    assert (await browser.post("/web/messages", json=press)).status_code == 200
    assert inbox.seen[ID].choice == "take:7:1"
    assert [bubble.reply.text for bubble in door.mailboxes.shown(OFFICER)] == ["Đã chọn take:7:1"]


@pytest.mark.parametrize(
    "posted", [b"", b"{}", b"[1]", json.dumps(text("a", chat="citizen:" + "b" * 32)).encode()]
)
async def test_nonsense_is_refused_for_good(
    browser: httpx.AsyncClient, sqlite: Database, posted: bytes
) -> None:
    assert (await browser.post("/web/messages", content=posted)).status_code == 400
    assert await rows(sqlite) == 0


async def test_too_long_a_message_is_refused(browser: httpx.AsyncClient) -> None:
    body = b"x" * (module.LARGEST_MESSAGE + 1)
    assert (await browser.post("/web/messages", content=body)).status_code == 413


async def test_the_longest_text_fits(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/web/messages", json=text("ế" * 4096))).status_code == 200


@pytest.mark.parametrize("path", ["/web/messages", "/web/uploads"])
async def test_nobody_writes_without_having_said_hello(
    stranger: httpx.AsyncClient, path: str
) -> None:
    assert (await stranger.post(path, json=text("a"))).status_code == 403
    assert (await stranger.get("/web/events")).status_code == 403


async def test_hello_gives_a_cookie_that_scripts_and_other_sites_do_not_get(
    stranger: httpx.AsyncClient,
) -> None:
    cookie = (await stranger.post("/web/hello")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie


async def test_hello_keeps_who_one_is(browser: httpx.AsyncClient) -> None:
    before = browser.cookies[module.COOKIE]
    await browser.post("/web/hello")
    assert browser.cookies[module.COOKIE] == before


async def test_hello_from_another_origin_makes_nobody(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/web/hello", headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_page_gets_every_message_of_both_phones(
    app: Starlette, browser: httpx.AsyncClient, door: WebDoor
) -> None:
    await browser.post("/web/messages", json=text("trộm xe"))
    await door.send(OFFICER, Reply("Tin 7", quote="trộm xe", protect=True))
    told = sorted(await events(app, browser), key=lambda message: int(message["place"]))
    mine, answer, alert = told
    assert [message["phone"] for message in told] == ["citizen", "citizen", "officer"]
    assert (mine["mine"], mine["chat"], mine["text"]) == (True, "citizen", "trộm xe")
    assert (alert["unit"], alert["quote"]) == (f"Công an xã {OFFICER}", "trộm xe")
    assert alert["protect"]
    assert answer["choices"] == [[["Đồng ý và gửi", "send:1:1"], ["Sửa", "edit:1:1"]]]


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_broken_stream_goes_on_where_it_broke(
    app: Starlette, browser: httpx.AsyncClient, door: WebDoor, by_header: bool
) -> None:
    await door.send(OFFICER, Reply("một"))
    seen = door.mailboxes.shown(OFFICER)[0].changed
    await door.send(OFFICER, Reply("hai"))
    told = await events(app, browser, seen, by_header)
    assert [message["text"] for message in told] == ["hai"]


async def test_nobody_sees_another_citizens_phone(
    app: Starlette, browser: httpx.AsyncClient, door: WebDoor
) -> None:
    await door.send("citizen:" + "b" * 32, Reply("riêng"))
    assert await events(app, browser) == []


async def test_no_citizens_address_is_told_to_a_page(
    app: Starlette, browser: httpx.AsyncClient
) -> None:
    await browser.post("/web/messages", json=text("trộm xe"))
    assert browser.cookies[module.COOKIE] not in json.dumps(await events(app, browser))


async def test_a_deleted_message_is_told_without_its_words(
    app: Starlette, browser: httpx.AsyncClient, door: WebDoor
) -> None:
    message_id = await door.send(OFFICER, Reply("bí mật"))
    seen = door.mailboxes.shown(OFFICER)[0].changed
    await door.delete(OFFICER, [message_id])
    (told,) = await events(app, browser, seen)
    assert told["gone"]
    assert "bí mật" not in json.dumps(told, ensure_ascii=False)


async def test_only_so_many_streams_are_open_and_a_closed_one_frees_its_place(
    app: Starlette, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STREAMS", 1)
    for _ in range(3):
        assert await events(app, browser) == []
    monkeypatch.setattr(module, "STREAMS", 0)
    assert (await browser.get("/web/events")).status_code == 429


async def test_an_uploaded_picture_is_sent_and_shown_to_its_sender(
    browser: httpx.AsyncClient, inbox: EchoInbox, door: WebDoor
) -> None:
    reference = await upload(browser, png())
    media = {"reference": reference, "media_type": "image/png", "size": len(png())}
    assert (await browser.post("/web/messages", json=text("đây", media=media))).status_code == 200
    received = inbox.seen[ID].media
    assert received is not None
    assert await door.fetch(received.reference, LARGEST) == png()
    answer = await browser.get(f"/web/files/{ID}")
    assert (answer.content, answer.headers["content-type"]) == (png(), "image/png")
    assert answer.headers["cache-control"] == "no-store"


async def upload(browser: httpx.AsyncClient, content: bytes) -> str:
    answer = await browser.post("/web/uploads", content=content)
    assert answer.status_code == 200
    reference = answer.json()["reference"]
    assert isinstance(reference, str)
    return reference


async def test_a_file_is_shown_to_no_other_visitor(
    browser: httpx.AsyncClient, make_browser: Callable[[], Awaitable[httpx.AsyncClient]]
) -> None:
    media = {"reference": await upload(browser, png()), "media_type": "image/png", "size": 9}
    await browser.post("/web/messages", json=text("đây", media=media))
    other = await make_browser()
    assert (await other.get(f"/web/files/{ID}")).status_code == 404
    assert (await browser.get("/web/files/unknown")).status_code == 404


async def test_a_file_that_could_act_is_only_bytes(browser: httpx.AsyncClient) -> None:
    page = b"<script>alert(1)</script>"
    media = {"reference": await upload(browser, page), "media_type": "text/html", "size": 9}
    await browser.post("/web/messages", json=text("đây", media=media))
    answer = await browser.get(f"/web/files/{ID}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_too_large_or_empty_a_file_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/web/uploads", content=b"")).status_code == 400
    said = {"content-length": str(LARGEST + 1)}
    assert (await browser.post("/web/uploads", content=b"x", headers=said)).status_code == 413


async def test_whoever_floods_is_asked_to_wait_and_may_go_on_after(
    browser: httpx.AsyncClient, clock: FakeClock
) -> None:
    for _ in range(module.UPLOADS_A_MINUTE):
        await upload(browser, b"x")
    refused = await browser.post("/web/uploads", content=b"x")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    clock.advance(minutes=1)
    await upload(browser, b"x")


async def test_the_screens_survive_a_reload_but_not_the_process(
    app: Starlette, browser: httpx.AsyncClient, door: WebDoor, clock: FakeClock
) -> None:
    await browser.post("/web/messages", json=text("trộm xe"))
    assert await events(app, browser) == await events(app, browser)
    door.mailboxes = Mailboxes(clock)
    assert await events(app, browser) == []
