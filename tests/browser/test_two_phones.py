"""The two phones, driven by a real browser, with a desk behind them that only echoes."""

from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, Route, expect

from tests.browser.site import Phone, Site
from tests.handlers.web.echo import OFFICER, PROTECTED, png
from tips.messages import Reply

pytestmark = pytest.mark.asyncio(loop_scope="session")

MESSAGES = "**/web/messages"


@pytest.fixture
def citizen(page: Page) -> Phone:
    return Phone(page, "citizen")


@pytest.fixture
def officer(page: Page) -> Phone:
    return Phone(page, "officer")


async def test_a_text_a_press_and_the_officer_has_it(citizen: Phone, officer: Phone) -> None:
    await citizen.say("trộm xe")
    await citizen.sees("trộm xe", "Đã nghe: trộm xe")
    await citizen.press("Đồng ý và gửi")
    await citizen.sees("trộm xe", "Đã chọn send:1:1")
    await expect(citizen.newest).to_contain_text("đã sửa")
    await officer.sees("Tin báo số 7")
    await expect(officer.newest).to_contain_text("Công an xã Hải Xuân")
    await officer.press("Nhận")
    await officer.sees("Đã chọn take:7:1")


async def test_what_an_officer_types_goes_to_the_chat_that_spoke_last(
    officer: Phone, site: Site
) -> None:
    await site.door.send("desk", Reply("Trực ban đây"))
    await site.door.send(OFFICER, Reply("Tin 7"))
    await officer.sees("Trực ban đây", "Tin 7")
    await officer.say("đang đến")
    await officer.sees("Trực ban đây", "Tin 7", "đang đến", "Đã nghe: đang đến")
    assert [said.chat for said in site.inbox.seen.values()] == [OFFICER]


async def test_an_example_and_a_first_step_stand_ready_for_a_newcomer(citizen: Phone) -> None:
    await citizen.press("Gửi thử câu này")
    await citizen.sees("co trom xe o xom 5 hai xuan toi qua", "Đã nghe: co trom xe")
    await expect(citizen.screen.locator(".empty")).to_be_hidden()


async def test_a_message_whose_answer_was_lost_is_sent_again_and_stored_once(
    page: Page, citizen: Phone, site: Site
) -> None:
    lost: list[Request] = []

    async def lose_the_first_answer(route: Route) -> None:
        if lost:
            return await route.continue_()
        lost.append(route.request)
        await route.fetch()
        return await route.abort()

    await page.route(MESSAGES, lose_the_first_answer)
    await citizen.say("một lần thôi")
    await expect(citizen.newest.get_by_label("đã gửi")).to_have_count(0)
    await citizen.sees("một lần thôi", "Đã nghe: một lần thôi")
    await expect(citizen.messages.first.get_by_label("đã gửi")).to_be_visible()
    assert len(site.inbox.seen) == 1


async def test_without_a_network_messages_wait_and_then_arrive_in_order(
    page: Page, citizen: Phone, site: Site
) -> None:
    await citizen.say("một")
    await citizen.sees("một", "Đã nghe: một")
    await page.context.set_offline(True)
    await citizen.say("hai")
    await citizen.say("ba")
    await expect(citizen.newest).to_contain_text("đang gửi")
    await expect(citizen.screen.get_by_role("status")).to_contain_text("Mất kết nối")
    await page.context.set_offline(False)
    await expect(citizen.screen.get_by_text("Đã nghe: ba")).to_be_visible()
    await expect(citizen.screen.get_by_text("đang gửi")).to_have_count(0)
    await expect(citizen.screen.get_by_role("status")).to_be_hidden()
    assert [said.text for said in site.inbox.seen.values()] == ["một", "hai", "ba"]
    await expect(citizen.messages).to_have_count(6)


async def test_a_message_the_server_never_takes_says_so(page: Page, citizen: Phone) -> None:
    await page.route(MESSAGES, lambda route: route.fulfill(status=400))
    await citizen.say("hỏng")
    await expect(citizen.newest).to_contain_text("không gửi được")


async def test_a_reload_rebuilds_both_screens(page: Page, citizen: Phone, officer: Phone) -> None:
    await citizen.say("trộm xe")
    await citizen.press("Đồng ý và gửi")
    await officer.sees("Tin báo số 7")
    before = [await phone.messages.all_inner_texts() for phone in (citizen, officer)]
    await page.reload()
    await officer.sees("Tin báo số 7")
    await citizen.sees("trộm xe", "Đã chọn")
    assert [await phone.messages.all_inner_texts() for phone in (citizen, officer)] == before


async def test_another_browser_is_another_citizen_before_the_same_officers(
    page: Page, citizen: Phone, site: Site
) -> None:
    await citizen.say("riêng của tôi")
    await citizen.press("Đồng ý và gửi")
    browser = page.context.browser
    assert browser is not None
    other = await (await browser.new_context()).new_page()
    await other.goto(site.url)
    await Phone(other, "officer").sees("Tin báo số 7")
    await expect(Phone(other, "citizen").messages).to_have_count(0)
    await other.context.close()


async def test_pictures_go_out_as_an_album_and_are_shown(
    citizen: Phone, site: Site, tmp_path: Path
) -> None:
    files = [tmp_path / "mot.png", tmp_path / "hai.png"]
    for file in files:
        file.write_bytes(png())
    await citizen.attach(*files)
    await expect(citizen.screen.locator(".attached li")).to_have_count(2)
    await citizen.say("hai ảnh đây")
    await expect(citizen.messages).to_have_count(4)
    pictures = citizen.screen.locator("article img")
    await expect(pictures).to_have_count(2)
    for n in range(2):
        await expect(pictures.nth(n)).to_have_js_property("naturalWidth", 320)
    first, second = site.inbox.seen.values()
    assert first.album == second.album is not None
    assert (first.text, second.text) == ("hai ảnh đây", "")


async def test_a_file_too_large_is_told_before_it_is_sent(
    citizen: Phone, page: Page, tmp_path: Path
) -> None:
    await page.evaluate("document.body.dataset.largest = 10")
    large = tmp_path / "lon.png"
    large.write_bytes(png())
    await citizen.attach(large)
    await expect(citizen.screen.get_by_role("alert")).to_contain_text("lớn hơn 20 MB")
    await expect(citizen.screen.locator(".attached li")).to_have_count(0)


async def test_the_newest_message_stays_in_view_when_a_picture_arrives(
    citizen: Phone, site: Site
) -> None:
    for n in range(12):
        await citizen.say(f"tin {n}")
    await citizen.say("anh")
    await expect(citizen.newest.locator("img")).to_have_js_property("naturalWidth", 320)
    await expect(citizen.newest.locator("time")).to_be_in_viewport()


async def test_a_reader_of_old_messages_is_left_in_peace(citizen: Phone, site: Site) -> None:
    for n in range(12):
        await citizen.say(f"tin {n}")
    await expect(citizen.messages).to_have_count(24)
    await citizen.messages.first.scroll_into_view_if_needed()
    await site.door.send(site.inbox.last.chat, Reply("mới tinh"))
    newest = citizen.screen.get_by_role("button", name="Xem tin mới nhất")
    await expect(newest).to_be_visible()
    await expect(citizen.messages.first).to_be_in_viewport()
    await newest.click()
    await expect(citizen.screen.get_by_text("mới tinh")).to_be_in_viewport()
    await expect(newest).to_be_hidden()


async def test_a_picture_of_the_desk_is_shown(citizen: Phone) -> None:
    await citizen.say("anh")
    await expect(citizen.newest.locator("img")).to_have_js_property("naturalWidth", 320)


async def test_a_place_is_sent_by_its_numbers(page: Page, citizen: Phone, site: Site) -> None:
    await citizen.press("Gửi vị trí")
    await page.get_by_label("Vĩ độ").fill("20,2")
    await page.get_by_role("dialog").get_by_role("button", name="Gửi vị trí").click()
    await citizen.sees("20.20000, 106.26039", "Đã nghe")
    await expect(
        citizen.messages.first.get_by_role("img", name="Vị trí trên bản đồ")
    ).to_be_visible()
    (said,) = site.inbox.seen.values()
    assert said.point == (20.2, 106.26039)


async def test_a_wrong_place_is_asked_again_and_escape_gives_up(page: Page, citizen: Phone) -> None:
    await citizen.press("Gửi vị trí")
    await page.get_by_label("Vĩ độ").fill("xa lắm")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Vĩ độ từ -90")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(citizen.messages).to_have_count(0)


async def test_a_question_for_the_place_offers_to_send_it(page: Page, citizen: Phone) -> None:
    await citizen.say("o dau")
    await citizen.newest.get_by_role("button", name="Gửi vị trí").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_a_pin_of_the_desk_is_drawn(citizen: Phone) -> None:
    await citizen.say("ghim")
    await expect(citizen.newest).to_contain_text("20.09123, 106.26039")


async def test_a_protected_message_can_be_neither_selected_nor_copied(
    page: Page, citizen: Phone
) -> None:
    await citizen.say("kin")
    await expect(citizen.newest).to_contain_text("Không sao chép")
    await expect(citizen.newest.get_by_label("Lời người báo")).to_have_text("lời người báo")
    await expect(citizen.newest.locator("article")).to_have_css("user-select", "none")
    await page.keyboard.press("Control+A")
    assert PROTECTED not in await page.evaluate("getSelection().toString()")


async def test_deleted_messages_say_so_and_leave(citizen: Phone) -> None:
    await citizen.say("một")
    await citizen.sees("một", "Đã nghe: một")
    await citizen.say("xoa")
    await expect(citizen.screen.get_by_text("Tin nhắn đã xóa").first).to_be_visible()
    await expect(citizen.screen.get_by_text("Đã nghe: một")).to_have_count(0)
    await expect(citizen.messages).to_have_count(1)


async def test_markup_typed_by_people_stays_text(page: Page, citizen: Phone) -> None:
    evil = "<img src=x onerror=alert(1)><b>đậm</b> javascript:alert(1)"
    await citizen.say(evil)
    await citizen.sees(evil, "Đã nghe:")
    assert await page.locator("article img, article b, article .words a").count() == 0


async def test_a_long_word_and_a_long_text_stay_within_the_phone(citizen: Phone) -> None:
    await citizen.say("x" * 500 + "\n" + "ầ" * 3000)
    await expect(citizen.messages).to_have_count(2)
    log = citizen.screen.locator(".log")
    assert await log.evaluate("log => log.scrollWidth <= log.clientWidth")


async def test_everything_is_reached_and_done_by_keyboard(page: Page, citizen: Phone) -> None:
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Đến ô nhắn tin")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("trộm xe")
    await page.keyboard.press("Enter")
    await citizen.sees("trộm xe", "Đã nghe: trộm xe")
    for _ in range(4):  # place, file, second button, first button
        await page.keyboard.press("Shift+Tab")
    await expect(citizen.screen.get_by_role("button", name="Đồng ý và gửi")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(citizen.newest).to_contain_text("Đã chọn send:1:1")
    await expect(citizen.newest).to_be_focused()


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_control_has_a_name(page: Page, site: Site, language: str) -> None:
    await page.goto(f"{site.url}/?lang={language}")
    await Phone(page, "citizen").say("trộm xe")
    await Phone(page, "citizen").press("Đồng ý và gửi")
    await Phone(page, "officer").sees("Tin báo số 7")
    tree = await page.locator("body").aria_snapshot()
    bare = [
        line for line in tree.splitlines() if line.strip() in ("- button", "- textbox", "- link")
    ]
    assert bare == []


async def test_the_page_speaks_english_when_asked(page: Page) -> None:
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="Citizen")).to_be_visible()
    await expect(page.get_by_role("banner").first).to_contain_text("database of their own")


class TestOnAPhone:
    """At 390 × 844 one phone is shown at a time."""

    @pytest_asyncio.fixture(autouse=True, loop_scope="session")
    async def narrow(self, page: Page) -> None:
        await page.set_viewport_size({"width": 390, "height": 844})

    async def test_the_hidden_phone_counts_what_is_unread(
        self, page: Page, citizen: Phone, officer: Phone
    ) -> None:
        await expect(officer.screen).to_be_hidden()
        await citizen.say("trộm xe")
        await citizen.press("Đồng ý và gửi")
        switch = page.get_by_role("navigation")
        await expect(switch.get_by_role("button", name="Cán bộ 1 tin chưa đọc")).to_be_visible()
        await switch.get_by_role("button", name="Cán bộ").click()
        await officer.sees("Tin báo số 7")
        await expect(citizen.screen).to_be_hidden()
        await expect(switch.get_by_text("tin chưa đọc").last).to_be_hidden()

    async def test_what_was_read_is_not_unread_again_after_a_reload(
        self, page: Page, citizen: Phone
    ) -> None:
        await citizen.say("trộm xe")
        await citizen.press("Đồng ý và gửi")
        switch = page.get_by_role("navigation")
        await switch.get_by_role("button", name="Cán bộ 1").click()
        await page.reload()
        await citizen.sees("trộm xe", "Đã chọn")
        await expect(switch.get_by_text("tin chưa đọc").last).to_be_hidden()

    async def test_nothing_is_wider_than_the_screen(self, page: Page, citizen: Phone) -> None:
        await citizen.say("trộm xe")
        await citizen.sees("trộm xe", "Đã nghe: trộm xe")
        root = "document.documentElement"
        assert await page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
        assert await page.evaluate(f"{root}.scrollHeight <= {root}.clientHeight")
