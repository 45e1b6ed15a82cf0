"""The first minute: what a newcomer reads before anything is asked of them."""

import re

from storage.models import Tip
from tests.journeys.kept import count
from tests.journeys.telling import SEND, THEFT, tells
from tests.town import Town

TRIAL = "BẢN THỬ NGHIỆM. Không có công an nào đọc tin này. Việc thật xin gọi 113."


async def test_the_emergency_numbers_come_first_then_what_this_is_and_what_it_never_asks(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    first, second, third, *_ = (await an.starts()).split("\n")
    assert all(number in first for number in ("113", "114", "115", "111"))
    assert "kênh nhận tin báo về an ninh, trật tự của Ninh Bình" in second
    assert third == "Kênh không bao giờ hỏi tiền, mã OTP, số thẻ hay ảnh căn cước."
    assert "Công an tỉnh Ninh Bình (quyết định số 12/QĐ)" in an.text
    assert an.buttons[0] == "Báo tin mới"


async def test_whoever_tells_at_once_is_greeted_and_asked_in_the_same_breath(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    await an.says("co trom xe o xom 5 hai xuan")
    greeting, question = an.texts
    assert "113" in greeting
    assert "lúc nào" in question
    await an.presses("Đang xảy ra")
    assert len(an.texts) == 3, "greeted once"


async def test_the_first_picture_and_the_first_pin_are_greeted_as_well(sqlite_town: Town) -> None:
    an, binh = sqlite_town.citizen(7), sqlite_town.citizen(8)
    await an.does(an.user.sends_location(20.1283, 106.2419))
    await binh.says("/report")
    assert all("OTP" in person.texts[0] for person in (an, binh))


async def test_there_is_no_wall_of_consent_and_consent_is_under_the_summary(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    await an.says(THEFT)
    consent = an.text.split("\n\n")[-1].split("\n")
    assert len(consent) == 3
    assert "Cố ý bịa chuyện có thể bị xử lý theo quy định." in an.text
    assert SEND in an.buttons
    assert await count(sqlite_town, Tip) == 0


async def test_a_trial_says_so_before_every_greeting_and_receipt(trial_town: Town) -> None:
    an = trial_town.citizen()
    assert (await an.starts()).startswith(TRIAL)
    binh = trial_town.citizen(8)
    await binh.says(THEFT)
    assert binh.texts[0].startswith(TRIAL), "told before anything else is"
    await tells(an)
    receipt = next(text for text in an.texts if "Mã tra cứu" in text)
    assert receipt.startswith(TRIAL)


async def test_a_trial_names_no_unit_and_no_time(trial_town: Town) -> None:
    await trial_town.officer(900)
    an = trial_town.citizen()
    await an.starts()
    await tells(an)
    said = [text for text in an.texts if text.startswith(TRIAL)]
    assert len(said) == 2
    for text in said:
        rest = text.removeprefix(TRIAL)
        assert "Công an" not in rest
        assert "Ninh Bình" not in rest
        assert not re.search(r"\d giờ", rest)


async def test_help_names_every_command_and_not_those_of_officers(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    said = await an.says("/help")
    assert all(f"/{name}:" in said for name in ("report", "status", "privacy", "mydata", "cancel"))
    assert "/tips" not in said
    assert "Trợ giúp" in await an.says("tro giup")


async def test_a_citizen_who_uses_an_officers_command_gets_help(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    assert "/report:" in await an.says("/tips")


async def test_is_this_real_is_answered_honestly(sqlite_town: Town, trial_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.starts()
    said = await an.presses("Kênh này có phải thật không?")
    assert "Bot giả cũng tự nhận là thật" in said
    assert "https://example.vn" in said
    assert "@tinbao_bot" in said
    assert said == await an.says("có phải thật không?")


async def test_a_trial_is_not_real_and_says_so(trial_town: Town) -> None:
    an = trial_town.citizen()
    assert "chưa phải kênh của công an" in await an.says("that hay gia")


async def test_the_language_can_be_changed_and_stays_changed(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says("/language")
    assert an.buttons == ["Tiếng Việt", "English"]
    assert await an.presses("English") == "From now on in English."
    sqlite_town.restart()
    assert "in danger" in (await an.starts()).lower()
    await an.says("mất xe ở xóm 5 xã Hải Xuân tối qua")
    assert "Agree and send" in an.buttons


async def test_a_deep_link_of_a_poster_suggests_its_commune(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.starts("c14308")
    assert "Mã vừa quét gợi ý xã Hải Xuân" in an.text
    await an.says("đang cháy nhà")
    assert an.buttons[0] == "xã Hải Xuân"
    await an.presses("xã Hải Xuân")
    assert "• Nơi: xã Hải Xuân" in an.text
