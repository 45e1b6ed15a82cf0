"""The desk's replies stand on the right screen, change, and go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.web import mailboxes
from handlers.web import uploads as uploads_module
from handlers.web.mailboxes import Bubble, Mailboxes
from handlers.web.send import ALL, WebDoor
from handlers.web.uploads import FullError, Uploads
from routing import Point
from storage.states import EvidenceKind
from tests.clock import FakeClock
from tips.messages import Attachment, Choice, Reply, SendError

ROW = ((Choice("Nhận", "take:1:1"),),)
A, B = "citizen:a", "officer:14308"


def texts(door: WebDoor, address: str) -> list[str]:
    return [bubble.reply.text for bubble in door.mailboxes.shown(address)]


async def test_each_chat_has_its_own_screen_in_order(door: WebDoor) -> None:
    await door.send(A, Reply("một"))
    await door.send(B, Reply("hai"))
    await door.send(A, Reply("ba"))
    assert (texts(door, A), texts(door, B)) == (["một", "ba"], ["hai"])


async def test_an_edit_shows_the_new_reply_in_the_same_place(door: WebDoor) -> None:
    first = await door.send(A, Reply("một", ROW))
    await door.send(A, Reply("hai"))
    await door.edit(A, first, Reply("một, đã sửa"))
    assert texts(door, A) == ["một, đã sửa", "hai"]
    assert [bubble.edited for bubble in door.mailboxes.shown(A)] == [True, False]


async def test_an_edit_that_changes_nothing_is_a_success_and_no_edit(door: WebDoor) -> None:
    message_id = await door.send(A, Reply("một"))
    await door.edit(A, message_id, Reply("một"))
    assert not door.mailboxes.shown(A)[0].edited


@pytest.mark.parametrize("address", [A, B])
async def test_an_edit_of_what_is_not_there_says_not_found(door: WebDoor, address: str) -> None:
    message_id = await door.send(A, Reply("một"))
    if address == A:
        await door.delete(A, [message_id])
    with pytest.raises(SendError) as caught:
        await door.edit(address, message_id, Reply("hai"))
    assert (caught.value.fault, caught.value.permanent) == ("not_found", True)


async def test_delete_takes_what_is_there_in_this_chat_and_nothing_else(door: WebDoor) -> None:
    mine, other = await door.send(A, Reply("một")), await door.send(B, Reply("hai"))
    await door.delete(A, [mine, other, "unknown"])
    assert (texts(door, A), texts(door, B)) == ([], ["hai"])


async def test_a_hidden_picture_is_gone_with_its_bytes(door: WebDoor) -> None:
    picture = Attachment(EvidenceKind.PHOTO, "image/png", content=b"png")
    message_id = await door.send(B, Reply("ảnh", attachment=picture))
    await door.hide(B, message_id, EvidenceKind.PHOTO)
    assert door.mailboxes.find(message_id) is None


async def test_a_poorer_channel_shows_no_buttons_no_pins_and_edits_nothing(
    uploads: Uploads, clock: FakeClock
) -> None:
    poor = replace(ALL, buttons=False, edit=False, location=False)
    door = WebDoor(Mailboxes(clock), uploads, poor)
    message_id = await door.send(A, Reply("1. Nhận", ROW, ask_location=True, point=Point(20, 106)))
    assert [bubble.reply for bubble in door.mailboxes.shown(A)] == [Reply("1. Nhận")]
    with pytest.raises(SendError, match="cannot_edit"):
        await door.edit(A, message_id, Reply("khác"))


async def test_an_uploaded_file_is_fetched_within_its_limit(
    door: WebDoor, uploads: Uploads
) -> None:
    reference = await uploads.put(b"12345")
    assert await door.fetch(reference, 5) == b"12345"
    with pytest.raises(SendError, match="too_large") as caught:
        await door.fetch(reference, 4)
    assert caught.value.permanent


@pytest.mark.parametrize("reference", ["0" * 32, "../keys.json", ""])
async def test_a_file_that_was_never_uploaded_is_not_found(door: WebDoor, reference: str) -> None:
    with pytest.raises(SendError, match="not_found"):
        await door.fetch(reference, 100)


async def test_an_upload_is_forgotten_after_a_day(uploads: Uploads, clock: FakeClock) -> None:
    clock.now = datetime.now(UTC)  # files carry the time of the machine
    old = await uploads.put(b"old")
    clock.advance(hours=25)
    await uploads.put(b"new")
    with pytest.raises(FileNotFoundError):
        await uploads.get(old)


async def test_no_more_is_uploaded_than_the_disk_can_bear(
    uploads: Uploads, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = datetime.now(UTC) + timedelta(minutes=1)
    monkeypatch.setattr(uploads_module, "MOST", 2)
    kept = [await uploads.put(b"one"), await uploads.put(b"two")]
    with pytest.raises(FullError):
        await uploads.put(b"three")
    assert [await uploads.get(reference) for reference in kept] == [b"one", b"two"]


async def test_the_screens_are_bounded_and_lose_the_oldest(
    door: WebDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "KEPT", 3)
    for n in range(5):
        await door.send(A, Reply(str(n)))
    assert texts(door, A) == ["2", "3", "4"]


async def test_large_pictures_leave_the_screens_before_memory_is_full(
    door: WebDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "BYTES_KEPT", 10)
    for n in range(3):
        picture = Attachment(EvidenceKind.PHOTO, "image/png", content=b"12345")
        await door.send(A, Reply(str(n), attachment=picture))
    assert texts(door, A) == ["1", "2"]


async def next_changes(boxes: Mailboxes, since: int) -> list[Bubble]:
    return await anext(boxes.changes(since, timedelta(seconds=5)))


async def test_a_page_that_comes_back_gets_only_what_changed_since(door: WebDoor) -> None:
    first = await door.send(A, Reply("một"))
    second = await door.send(A, Reply("hai"))
    seen = (await next_changes(door.mailboxes, 0))[-1].changed
    await door.edit(A, first, Reply("một, đã sửa"))
    await door.delete(A, [second])
    changed = await next_changes(door.mailboxes, seen)
    assert [(bubble.id, bubble.gone) for bubble in changed] == [(first, False), (second, True)]


async def test_a_new_page_is_not_told_of_what_is_gone(door: WebDoor) -> None:
    await door.delete(A, [await door.send(A, Reply("một"))])
    await door.send(A, Reply("hai"))
    assert [bubble.reply.text for bubble in await next_changes(door.mailboxes, 0)] == ["hai"]


async def test_numbers_grow_even_while_the_clock_stands_still_and_after_a_restart(
    clock: FakeClock,
) -> None:
    before = Mailboxes(clock)
    numbers = [before.next_number() for _ in range(3)]
    clock.advance(seconds=1)
    numbers.append(Mailboxes(clock).next_number())
    assert numbers == sorted(set(numbers))


async def test_closed_mailboxes_end_every_stream(door: WebDoor) -> None:
    stream = door.mailboxes.changes(0, timedelta(minutes=5))
    await anext(stream)
    door.mailboxes.close()
    assert [changed async for changed in stream] == []
