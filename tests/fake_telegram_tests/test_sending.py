"""What the bot sends, on both wires: what people see, and what Telegram refuses."""

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import ChatMigrated, EndPointNotFound, Forbidden, InvalidToken

from tests.fake_telegram import FakeTelegram, FakeUser, offline_bot
from tests.fake_telegram_tests.conftest import http_bot
from tests.fake_telegram_tests.pictures import picture
from tests.fake_telegram_tests.refusals import refused


def buttons(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_row(
        [InlineKeyboardButton(label, callback_data=f"data:{label}") for label in labels]
    )


async def test_the_bot_knows_itself(bot: Bot, telegram: FakeTelegram) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot) == (telegram.bot_json["id"], True)


async def test_a_text_is_seen_with_its_buttons(bot: Bot, an: FakeUser) -> None:
    sent = await bot.send_message(an.id, "  Chào anh/chị 🙏 ", reply_markup=buttons("Có", "Không"))
    assert (sent.text, sent.chat.id, sent.from_user) == ("Chào anh/chị 🙏", an.id, bot.bot)
    assert an.texts == ["Chào anh/chị 🙏"]
    assert an.last.button_rows == [["Có", "Không"]]


async def test_a_number_as_text_stays_text(bot: Bot, an: FakeUser) -> None:
    await bot.send_message(an.id, "113")
    assert an.last.text == "113"


async def test_html_becomes_text_and_entities(bot: Bot, an: FakeUser) -> None:
    sent = await bot.send_message(an.id, "\n🚨 <b>Tin &lt;mới&gt;</b> <i>a </i>", parse_mode="HTML")
    assert sent.text == "🚨 Tin <mới> a"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bold", 3, 9),
        ("italic", 13, 1),
    ]


async def test_links_and_names_in_plain_text_can_be_tapped(bot: Bot, an: FakeUser) -> None:
    await bot.send_message(
        an.id, "xem bit.ly/x, hỏi @cong_an_xa hay (https://a.vn/b?c=1), giá 1.500.000. Hết.com"
    )
    assert an.last.links == ["bit.ly/x", "@cong_an_xa", "https://a.vn/b?c=1", "Hết.com"]


async def test_own_entities_are_kept_and_ill_placed_ones_refused(bot: Bot, an: FakeUser) -> None:
    sent = await bot.send_message(an.id, "đọc kỹ", entities=[MessageEntity("bold", 4, 2)])
    assert sent.entities[0].type == "bold"
    with refused("ENTITY_BOUNDS_INVALID"):
        await bot.send_message(an.id, "đọc", entities=[MessageEntity("bold", 2, 2)])


async def test_protection_and_previews_are_seen(bot: Bot, an: FakeUser) -> None:
    hidden = LinkPreviewOptions(is_disabled=True)
    await bot.send_message(an.id, "a", protect_content=True, link_preview_options=hidden)
    assert (an.last.protected, an.last.link_preview) == (True, False)
    await bot.send_message(an.id, "a")
    assert (an.last.protected, an.last.link_preview) == (False, True)


async def test_a_reply_keyboard_comes_and_goes(bot: Bot, an: FakeUser) -> None:
    keys = ReplyKeyboardMarkup([[KeyboardButton("Gửi vị trí", request_location=True)], ["Bỏ qua"]])
    await bot.send_message(an.id, "Ở đâu?", reply_markup=keys)
    assert an.reply_keyboard == [["Gửi vị trí"], ["Bỏ qua"]]
    await bot.send_message(an.id, "Được.", reply_markup=ReplyKeyboardRemove())
    assert an.reply_keyboard == []


async def test_pictures_albums_files_and_places_arrive_whole(bot: Bot, an: FakeUser) -> None:
    odd = b"\r\n--x\r\n\r\n\x00\xff\r\n"
    sent = await bot.send_photo(an.id, picture(), caption="ảnh")
    assert (an.last.photo, an.last.text, sent.photo[-1].width) == (picture(), "ảnh", 40)
    await bot.send_photo(an.id, sent.photo[-1].file_id)
    assert an.last.photo == picture()
    await bot.send_document(an.id, odd, filename="bảng.csv")
    assert (an.last.document, an.last.file and an.last.file.name) == (odd, "bảng.csv")
    await bot.send_video(an.id, odd)
    assert an.last.video == odd
    await bot.send_voice(an.id, odd)
    assert an.last.voice == odd
    await bot.send_audio(an.id, odd)
    await bot.send_location(an.id, 20.05, 106.25)
    assert an.last.location == (20.05, 106.25)
    album = await bot.send_media_group(
        an.id, [InputMediaPhoto(picture(), caption="1"), InputMediaPhoto(picture(50))]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert [message.photo for message in an.screen[-2:]] == [picture(), picture(50)]


async def test_a_reply_names_its_message(bot: Bot, an: FakeUser) -> None:
    asked = await an.sends("alo")
    answer = await bot.send_message(an.id, "dạ", reply_parameters=ReplyParameters(asked.id))
    assert answer.reply_to_message is not None
    with refused("message to be replied not found"):
        await bot.send_message(an.id, "dạ", reply_parameters=ReplyParameters(99))


async def test_a_forward_names_its_author_unless_protected(bot: Bot, an: FakeUser) -> None:
    binh = telegram_user(an, 8)
    theirs = await an.sends("cướp giật")
    forwarded = await bot.forward_message(binh.id, an.id, theirs.id)
    assert forwarded.forward_origin is not None
    kept = await bot.send_message(an.id, "chi tiết", protect_content=True)
    with refused("protected content"):
        await bot.forward_message(binh.id, an.id, kept.message_id)


def telegram_user(beside: FakeUser, user_id: int) -> FakeUser:
    other = beside.telegram.user(user_id, "Bình")
    other.started = True
    return other


async def test_typing_needs_a_real_action(bot: Bot, an: FakeUser) -> None:
    assert await bot.send_chat_action(an.id, "typing")
    with refused("wrong parameter action"):
        await bot.send_chat_action(an.id, "dancing")


async def test_lengths_are_counted_in_utf16_after_parsing(bot: Bot, an: FakeUser) -> None:
    await bot.send_message(an.id, "<b>" + "🚨" * 2048 + "</b>", parse_mode="HTML")
    await bot.send_photo(an.id, picture(), caption="á" * 1024)
    with refused("Message is too long"):
        await bot.send_message(an.id, "🚨" * 2048 + "a")
    with refused("Message caption is too long"):
        await bot.send_photo(an.id, picture(), caption="á" * 1025)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("a <think> b", 'unsupported start tag "think" at byte offset 2'),
        ("ố<b", "unclosed start tag at byte offset 3"),
        ("<b>a</i>", 'unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "unexpected end tag at byte offset 1"),
        ("<b>a", "can't find end tag corresponding to start tag"),
        ("<b></b>", "text must be non-empty"),
    ],
)
async def test_texts_telegram_refuses(offline: Bot, an: FakeUser, text: str, why: str) -> None:
    with refused(why):
        await offline.send_message(an.id, text, parse_mode="HTML")
    assert an.screen == []


@pytest.mark.parametrize(
    ("button", "why"),
    [
        (InlineKeyboardButton("a", callback_data="ố" * 21 + "ab"), "button_data_invalid"),
        (InlineKeyboardButton("a", callback_data=""), "button_data_invalid"),
        (InlineKeyboardButton("a"), "Text buttons are unallowed"),
        (InlineKeyboardButton("", callback_data="a"), "button text must be non-empty"),
        (InlineKeyboardButton("a", url="javascript:1"), "Wrong HTTP URL"),
        (InlineKeyboardButton("a", url="https://a.vn", callback_data="b"), "button_type"),
    ],
)
async def test_buttons_telegram_refuses(
    offline: Bot, an: FakeUser, button: InlineKeyboardButton, why: str
) -> None:
    with refused(why):
        await offline.send_message(an.id, "a", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_callback_data_of_64_bytes_is_fine(bot: Bot, an: FakeUser) -> None:
    button = InlineKeyboardButton("a", callback_data="a" + "ố" * 21)
    await bot.send_message(an.id, "a", reply_markup=InlineKeyboardMarkup([[button]]))
    assert an.last.buttons == ["a"]


async def test_a_group_is_never_asked_for_a_place(bot: Bot, an: FakeUser) -> None:
    group = an.telegram.group(-500, "Xã Hải Xuân", [an])
    await group.adds_bot(by=an)
    keys = ReplyKeyboardMarkup([[KeyboardButton("Ở đây", request_location=True)]])
    with refused("private chats only"):
        await bot.send_message(group.id, "Ở đâu?", reply_markup=keys)


async def test_files_telegram_refuses(bot: Bot, an: FakeUser) -> None:
    with refused("image_process_failed"):
        await bot.send_photo(an.id, b"not a picture")
    with refused("photo_invalid_dimensions"):
        await bot.send_photo(an.id, picture(210, 10))
    with refused("wrong file identifier"):
        await bot.send_document(an.id, "unknown-id")
    photo = await bot.send_photo(an.id, picture())
    with refused("can't use file of type Photo as Document"):
        await bot.send_document(an.id, photo.photo[-1].file_id)


async def test_people_who_cannot_be_written_to(bot: Bot, an: FakeUser) -> None:
    with refused("Chat not found"):
        await bot.send_message(12345, "a")
    stranger = an.telegram.user(9, "Chi")
    with refused("can't initiate conversation", Forbidden):
        await bot.send_message(stranger.id, "a")
    await an.blocks()
    with refused("blocked by the user", Forbidden):
        await bot.send_message(an.id, "a")
    await an.unblocks()
    await bot.send_message(an.id, "a")
    an.deletes_account()
    with refused("user is deactivated", Forbidden):
        await bot.send_message(an.id, "a")


async def test_groups_that_cannot_be_written_to(bot: Bot, an: FakeUser) -> None:
    group = an.telegram.group(-500, "Xã Hải Xuân", [an])
    with refused("not a member of the group chat", Forbidden):
        await bot.send_message(group.id, "a")
    await group.adds_bot(by=an)
    await bot.send_message(group.id, "a")
    assert group.texts == ["a"]
    await group.removes_bot(by=an)
    with refused("kicked from the group chat", Forbidden):
        await bot.send_message(group.id, "a")
    await group.adds_bot(by=an)
    await group.migrates_to(-1001234567890)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-500, "a")
    await bot.send_message(moved.value.new_chat_id, "b")
    assert group.texts == ["b"]


async def test_a_wrong_token_or_method_is_refused(telegram: FakeTelegram, url: str) -> None:
    unknown = f"{telegram.bot_json['id']}:{'x' * 35}"
    for bot in (http_bot(unknown, url), offline_bot(telegram)):
        if bot.token == telegram.token:
            telegram.token = "1:" + "y" * 35
        with pytest.raises(InvalidToken, match="rejected by the server"):
            await bot.initialize()
        await bot.shutdown()


async def test_an_unknown_method_is_refused(bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendTelepathy")
