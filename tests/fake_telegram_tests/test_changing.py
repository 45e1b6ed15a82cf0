"""Edits, deletions and pressed buttons, on both wires."""

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReplyKeyboardMarkup,
    Update,
)

from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser
from tests.fake_telegram_tests.pictures import picture
from tests.fake_telegram_tests.refusals import refused

TAKE = InlineKeyboardMarkup([[InlineKeyboardButton("✅ Nhận tin", callback_data="take:1:1")]])


async def next_update(bot: Bot) -> Update:
    """The oldest update, confirmed."""
    update = (await bot.get_updates(limit=1))[0]
    await bot.get_updates(offset=update.update_id + 1, limit=1)
    return update


async def test_an_edit_changes_what_is_seen(bot: Bot, an: FakeUser) -> None:
    sent = await bot.send_message(an.id, "một", reply_markup=TAKE)
    await bot.edit_message_text("hai", an.id, sent.message_id)
    assert (an.texts, an.last.buttons) == (["hai"], [])
    await bot.edit_message_reply_markup(an.id, sent.message_id, reply_markup=TAKE)
    assert an.last.buttons == ["✅ Nhận tin"]


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, an: FakeUser) -> None:
    sent = await bot.send_message(an.id, "một", reply_markup=TAKE)
    for text in ("một", " một "):
        with refused("Message is not modified"):
            await bot.edit_message_text(text, an.id, sent.message_id, reply_markup=TAKE)
    await bot.edit_message_text("hai", an.id, sent.message_id, reply_markup=TAKE)
    with refused("Message is not modified"):
        await bot.edit_message_text("hai", an.id, sent.message_id, reply_markup=TAKE)


async def test_captions_and_texts_are_edited_each_their_own_way(bot: Bot, an: FakeUser) -> None:
    text = await bot.send_message(an.id, "một")
    photo = await bot.send_photo(an.id, picture(), caption="một")
    await bot.edit_message_caption(an.id, photo.message_id, caption="hai")
    assert an.last.text == "hai"
    with refused("no caption in the message"):
        await bot.edit_message_caption(an.id, text.message_id, caption="hai")
    with refused("no text in the message"):
        await bot.edit_message_text("hai", an.id, photo.message_id)


async def test_a_picture_can_be_replaced_and_a_voice_cannot(bot: Bot, an: FakeUser) -> None:
    other = InputMediaPhoto(picture(20, 20))
    shown = await bot.send_photo(an.id, picture(), caption="ảnh")
    await bot.edit_message_media(other, an.id, shown.message_id)
    assert (an.last.photo, an.last.text) == (picture(20, 20), "")
    spoken = await bot.send_voice(an.id, b"ogg")
    with refused("there is no media in the message to edit"):
        await bot.edit_message_media(other, an.id, spoken.message_id)


async def test_only_the_bots_own_messages_can_be_edited(bot: Bot, an: FakeUser) -> None:
    theirs = await an.sends("alo")
    keyed = await bot.send_message(an.id, "a", reply_markup=ReplyKeyboardMarkup([["b"]]))
    for message_id in (theirs.id, keyed.message_id):
        with refused("Message can't be edited"):
            await bot.edit_message_text("hai", an.id, message_id)
    with refused("Message to edit not found"):
        await bot.edit_message_text("hai", an.id, 999)


async def test_both_sides_of_a_private_chat_can_be_wiped_for_48_hours(
    bot: Bot, an: FakeUser, clock: FakeClock
) -> None:
    first, theirs = await bot.send_message(an.id, "một"), await an.sends("cướp")
    clock.advance(hours=24)
    later = await bot.send_message(an.id, "hai")
    clock.advance(hours=23, minutes=59)
    assert await bot.delete_messages(an.id, [theirs.id, 999])
    assert an.texts == ["một", "hai"]
    clock.advance(minutes=1)
    with refused("Message can't be deleted"):
        await bot.delete_message(an.id, first.message_id)
    await bot.delete_message(an.id, later.message_id)
    with refused("Message to delete not found"):
        await bot.delete_message(an.id, later.message_id)


async def test_members_words_are_deleted_only_by_an_administrator(bot: Bot, an: FakeUser) -> None:
    for admin in (False, True):
        group = an.telegram.group(-500, "Xã", [an])
        await group.adds_bot(by=an, admin=admin)
        said = await group.says(an, "alo")
        if admin:
            await bot.delete_message(group.id, said.id)
        else:
            with refused("Message can't be deleted"):
                await bot.delete_message(group.id, said.id)


async def test_a_press_reaches_the_bot_and_its_answer_the_person(bot: Bot, an: FakeUser) -> None:
    await bot.send_message(an.id, "Tin mới", reply_markup=TAKE)
    press = await an.presses("Nhận tin")
    query = (await next_update(bot)).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.from_user.id) == ("take:1:1", an.id)
    assert query.message.message_id == an.last.id
    await query.answer("Đã nhận")
    assert (press.toast, an.toasts) == ("Đã nhận", ["Đã nhận"])
    with refused("query is too old"):
        await query.answer("lần nữa")


async def test_a_press_is_answered_soon_and_briefly_or_not_at_all(
    bot: Bot, an: FakeUser, clock: FakeClock
) -> None:
    await bot.send_message(an.id, "Tin mới", reply_markup=TAKE)
    await an.presses("take:1:1")
    query = (await next_update(bot)).callback_query
    assert query is not None
    with refused("message_too_long"):
        await query.answer("a" * 201)
    clock.advance(minutes=2)
    with refused("query is too old"):
        await query.answer("a" * 200)
    with refused("query ID is invalid"):
        await bot.answer_callback_query("12345")


async def test_a_button_that_is_not_there_cannot_be_pressed(offline: Bot, an: FakeUser) -> None:
    with pytest.raises(AssertionError, match="no button 'Nhận tin'"):
        await an.presses("Nhận tin")
    sent = await offline.send_message(an.id, "Tin mới", reply_markup=TAKE)
    await offline.send_message(an.id, "Tin khác")
    card = an.screen[0]
    with pytest.raises(AssertionError, match=r"no button 'Đóng'; visible: .*Nhận tin"):
        await an.presses("Đóng")
    await an.presses("Nhận tin", card)
    await offline.delete_message(an.id, sent.message_id)
    with pytest.raises(AssertionError, match="no button"):
        await an.presses("Nhận tin", card)


async def test_a_reply_key_is_typed(offline: Bot, an: FakeUser) -> None:
    await offline.send_message(an.id, "Chọn", reply_markup=ReplyKeyboardMarkup([["Bỏ qua"]]))
    await an.presses("Bỏ qua")
    assert an.screen[-1].text == "Bỏ qua"


async def test_anyone_in_a_group_can_press_and_forge(
    bot: Bot, an: FakeUser, telegram: FakeTelegram
) -> None:
    binh = telegram.user(8, "Bình")
    group = telegram.group(-500, "Xã", [an, binh])
    await group.adds_bot(by=an)
    telegram.take_updates()
    await bot.send_message(group.id, "Tin mới", reply_markup=TAKE)
    await binh.presses("Nhận tin", chat=group)
    await binh.forges("close:1:1", group.last)
    pressed = await bot.get_updates()
    queries = [update.callback_query for update in pressed]
    assert [(q.data, q.from_user.id) for q in queries if q] == [("take:1:1", 8), ("close:1:1", 8)]
