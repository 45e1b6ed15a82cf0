"""The conversation step by step: what is asked, what answers it, what may be undone."""

import pytest

from storage.states import EvidenceKind
from tests.tips.talks import Talk
from tips.conversation.actions import File, LookUp, UseInvitation, WipeChat
from tips.conversation.draft import LONGEST_WORDS, MOST_EVIDENCE, Draft, Step
from tips.understanding.guess import Urgency
from words.categories import CHOICES, PlainChoice

SEND = "Đồng ý và gửi"
THEFT = "mất xe ở xóm 5 xã Hải Xuân tối qua"


def filed(talk: Talk) -> Draft:
    (action,) = talk.actions
    assert isinstance(action, File)
    return action.draft


# the shortest way -----------------------------------------------------------------------------


def test_a_whole_story_needs_one_tap(talk: Talk) -> None:
    assert "Tin của anh/chị:" in talk.says(THEFT)
    talk.presses(SEND)
    tip = filed(talk)
    assert (tip.category, tip.urgency, tip.contact) == ("theft_robbery", Urgency.EARLIER, None)
    assert tip.place.commune
    assert tip.place.commune.name == "xã Hải Xuân"
    assert tip.time
    assert tip.time.said == "tối qua"
    assert talk.draft is None


def test_without_a_word_about_time_one_more_tap(talk: Talk) -> None:
    assert "lúc nào" in talk.says("co trom xe o xom 5 hai xuan")
    assert "Tin của anh/chị:" in talk.presses("Đang xảy ra")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("cháy nhà", Step.URGENCY),
        ("đang cháy nhà", Step.WHERE),
        ("xã Hải Xuân", Step.CATEGORY),
        ("trộm xe ở Hải Hậu tối qua", Step.WHICH),
        ("mất xe ở xã Hải Xuân", Step.URGENCY),
        ("tối qua mất xe", Step.WHERE),
        ("trưởng công an xã Hải Xuân đánh người tối qua", Step.OFFICIAL),
        (THEFT, Step.SUMMARY),
    ],
)
def test_only_what_is_missing_is_asked(talk: Talk, words: str, asked: Step) -> None:
    talk.says(words)
    assert talk.tip.at is asked


# step by step ---------------------------------------------------------------------------------


def test_step_by_step_asks_one_question_a_message(talk: Talk) -> None:
    asked = []
    talk.says("/report")
    answers = ["Trộm cắp, lừa đảo", "Đã xảy ra trước đó", "xã Hải Xuân", "Hôm qua", "mất cái xe Wave đỏ",
               "Bỏ qua", "Bỏ qua", "Giấu tên, không cần gọi", SEND]  # fmt: skip
    for answer in answers:
        asked.append(talk.tip.at)
        assert len(talk.replies) == 1
        talk.says(answer)
    assert asked == [Step.CATEGORY, Step.URGENCY, Step.WHERE, Step.WHEN, Step.WHAT, Step.DETAIL,
                     Step.EVIDENCE, Step.CONTACT, Step.SUMMARY]  # fmt: skip
    assert filed(talk).contact == ""


@pytest.mark.parametrize(("number", "choice"), list(enumerate(CHOICES, 1)))
def test_each_of_the_six_choices_leads_to_a_category_it_covers(
    talk: Talk, number: int, choice: PlainChoice
) -> None:
    talk.says("/report")
    talk.says(str(number))
    assert talk.tip.category == choice.default


def test_the_words_choose_among_the_categories_behind_a_choice(talk: Talk) -> None:
    talk.says("/report")
    talk.says("cháu bé 8 tuổi bị bố đánh đập dã man")
    assert talk.tip.category == "child_harm"


@pytest.mark.parametrize(
    "typed", ["3", "3.", "ba", "số 3", "Đã xảy ra trước đó", "DA XAY RA TRUOC DO"]
)
def test_a_digit_a_word_or_the_label_answers_like_the_button(talk: Talk, typed: str) -> None:
    talk.says("trộm xe ở xã Hải Xuân")
    assert talk.tip.at is Step.URGENCY
    talk.says(typed)
    assert talk.tip.urgency is Urgency.EARLIER


@pytest.mark.parametrize(
    ("open_question", "words", "learnt"),
    [
        ("/report", "hôm qua ở xã Hải Xuân có trộm", "category urgency place time"),
        ("cháy nhà", "ở xã Hải Xuân", "place"),
        ("đang cháy nhà", "Hải Xuân", "place"),
        ("xã Hải Xuân", "đang đánh nhau", "category urgency"),
    ],
)
def test_answers_are_taken_out_of_order(
    talk: Talk, open_question: str, words: str, learnt: str
) -> None:
    talk.says(open_question)
    talk.says(words)
    for what in learnt.split():
        value = talk.tip.place.commune if what == "place" else getattr(talk.tip, what)
        assert value, what


# going back, skipping, changing, dropping -----------------------------------------------------


def test_back_leads_to_the_question_before_at_every_step(talk: Talk) -> None:
    talk.says("/report")
    for answer in ("1", "3", "xã Hải Xuân", "Hôm qua", "hai người", "Bỏ qua", "Bỏ qua", "1"):
        talk.says(answer)
    seen = [talk.tip.at]
    while "Quay lại" in talk.labels:
        talk.says("Quay lại")
        seen.append(talk.tip.at)
    assert seen == [Step.SUMMARY, Step.CONTACT, Step.EVIDENCE, Step.DETAIL, Step.WHAT, Step.WHEN,
                    Step.WHERE, Step.URGENCY, Step.CATEGORY]  # fmt: skip


def test_an_answer_given_again_replaces_the_first(talk: Talk) -> None:
    talk.says("/report")
    for answer in ("1", "3", "xã Hải Xuân", "0", "xã Hải Hậu"):
        talk.says(answer)
    assert talk.tip.place.commune
    assert talk.tip.place.commune.name == "xã Hải Hậu"
    assert talk.tip.place.words == "xã Hải Hậu"


@pytest.mark.parametrize("word", ["/cancel", "hủy", "bỏ", "Bỏ tin này"])
@pytest.mark.parametrize("story", ["/report", "cháy nhà", "đang cháy nhà", THEFT])
def test_cancelling_works_at_every_step_and_keeps_nothing(
    talk: Talk, story: str, word: str
) -> None:
    talk.says(story)
    assert "không lưu lại gì" in talk.says(word)
    assert talk.draft is None


@pytest.mark.parametrize(
    ("part", "answer", "shown"),
    [
        ("Nội dung", "mất hai con chó", "• Nội dung: mất hai con chó"),
        ("Loại việc", "Ma túy, cờ bạc", "• Loại: Ma túy"),
        ("Nơi xảy ra", "xã Hải Hậu", "xã Hải Hậu"),
        ("Thời gian", "Hôm nay", "• Lúc: Hôm nay"),
        ("Liên hệ", "0912 345 678", "• Liên hệ: gọi số 0912345678"),
        ("Chỉ gửi cấp tỉnh", "Có, chỉ gửi cấp tỉnh", "Chỉ gửi cấp tỉnh, xã không xem được."),
    ],
)
def test_every_part_can_be_changed_before_sending(
    talk: Talk, part: str, answer: str, shown: str
) -> None:
    talk.says(THEFT)
    talk.presses("Sửa")
    talk.presses(part)
    assert shown in talk.says(answer)
    assert talk.tip.at is Step.SUMMARY


@pytest.mark.parametrize("part", ["Nội dung", "Loại việc", "Nơi xảy ra", "Thời gian", "Liên hệ"])
def test_who_goes_back_from_changing_a_part_keeps_the_old_one(talk: Talk, part: str) -> None:
    talk.says(THEFT)
    before = talk.tip
    talk.presses("Sửa")
    talk.presses(part)
    talk.presses("Quay lại")
    talk.presses("Quay lại")
    same = ("words", "category", "place", "time", "contact")
    assert [getattr(talk.tip, f) for f in same] == [getattr(before, f) for f in same]


def test_pictures_can_be_taken_out_again(talk: Talk) -> None:
    talk.shows(THEFT)
    talk.presses("Sửa")
    talk.presses("Ảnh, video")
    talk.presses("Bỏ hết ảnh, video")
    assert talk.tip.evidence == ()
    assert "• Ảnh, video: 0" in talk.text


# words that are no answer ---------------------------------------------------------------------


def test_more_of_the_story_is_added_and_said_so(talk: Talk) -> None:
    talk.says("trộm xe ở xã Hải Xuân")
    assert "Đã ghi thêm" in talk.says("xe màu đỏ biển số 18B1")
    assert "lúc nào" in talk.text
    assert talk.tip.what == "trộm xe ở xã Hải Xuân\nxe màu đỏ biển số 18B1"


def test_a_slip_is_not_made_part_of_the_story(talk: Talk) -> None:
    talk.says("trộm xe ở xã Hải Xuân")
    assert "chưa hiểu" in talk.says("hmm")
    assert talk.tip.words == ("trộm xe ở xã Hải Xuân",)


@pytest.mark.parametrize("typed", ["so cua toi la chin tam", "09123", "abc"])
def test_what_is_typed_where_a_telephone_number_is_asked_never_joins_the_story(
    talk: Talk, typed: str
) -> None:
    talk.says(THEFT)
    talk.presses("Sửa")
    talk.presses("Liên hệ")
    talk.presses("Có, gọi cho tôi")
    assert "chưa hiểu" in talk.says(typed)
    assert talk.tip.words == (THEFT,)


@pytest.mark.parametrize(
    "typed", ["0912345678", "0912.345.678", "+84 912 345 678", "84912345678", "(0228) 3 123 456"]
)
def test_a_telephone_number_is_read_however_it_is_written(talk: Talk, typed: str) -> None:
    talk.says(THEFT)
    talk.presses("Sửa")
    talk.presses("Liên hệ")
    talk.says(typed)
    assert talk.tip.contact
    assert talk.tip.contact[0] == "0"
    assert talk.tip.contact.isdigit()


@pytest.mark.parametrize(("said", "expected"), [("có", True), ("đúng", True), ("khong", False)])
def test_yes_and_no_answer_the_question_about_officials(
    talk: Talk, said: str, expected: bool
) -> None:
    talk.says("trưởng công an xã Hải Xuân đánh người tối qua")
    talk.says(said)
    assert talk.tip.local_official is expected


def test_consent_may_be_typed_and_nothing_less_will_do(talk: Talk) -> None:
    talk.says(THEFT)
    talk.says("ok")
    talk.says("ừ")
    assert talk.tip.at is Step.SUMMARY
    talk.says("đồng ý")
    assert filed(talk).what == THEFT


def test_words_without_end_are_cut_and_that_is_said(talk: Talk) -> None:
    talk.says(THEFT)
    for _ in range(2):
        talk.says("x " * 2048)
    assert "chưa ghi hết" in talk.says("y " * 2048)
    assert len(talk.tip.what) <= LONGEST_WORDS + 4


# what is no tip -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Tôi thấy dạo này xã làm ăn chán lắm chẳng ra gì",
        "Hàng xóm nhà tôi theo đạo mới hay tụ tập đọc kinh",
        "Cho hỏi thủ tục làm căn cước ở đâu vậy ạ",
        "Đề nghị xem xét việc đền bù đất cho gia đình tôi",
    ],
)
def test_what_is_no_incident_is_answered_and_not_kept(talk: Talk, text: str) -> None:
    assert "không lưu lại" in talk.says(text)
    assert talk.draft is None
    assert not talk.actions


@pytest.mark.parametrize("text", ["chào", "alo", "Xin chào!", "abc", "giúp với", "hmm?"])
def test_a_few_words_that_tell_nothing_are_greeted(talk: Talk, text: str) -> None:
    assert "113" in talk.says(text)
    assert talk.draft is None


@pytest.mark.parametrize("text", ["🔥🔥", "...", "\u200b\u200d", "\u202e"])
def test_nothing_readable_is_answered_with_an_example(talk: Talk, text: str) -> None:
    assert "chưa có chữ nào đọc được" in talk.says(text)
    assert talk.draft is None


def test_nothing_readable_while_a_question_is_open_asks_it_again(talk: Talk) -> None:
    talk.says("cháy nhà")
    assert "lúc nào" in talk.says("👍")


def test_invisible_and_turning_characters_leave_the_words(talk: Talk) -> None:
    talk.says("mất\u200b xe\u202e ở xóm 5 xã Hải Xuân tối qua")
    assert talk.tip.what == THEFT


@pytest.mark.parametrize("text", ["/nothing", "/giup", "/START extra"])
def test_an_unknown_command_gets_an_answer(talk: Talk, text: str) -> None:
    assert "113" in talk.says(text)


# places ---------------------------------------------------------------------------------------


def test_five_communes_are_offered_then_the_others_then_words(talk: Talk) -> None:
    talk.says("trộm xe ở Hải Hậu tối qua")
    first = talk.labels[:5]
    assert talk.labels[5] == "Nơi khác"
    talk.presses("Nơi khác")
    assert not set(first) & set(talk.labels)
    talk.presses("Nơi khác")
    assert talk.tip.at is Step.WHERE


def test_words_that_name_no_place_do_not_take_away_the_choice_of_places(talk: Talk) -> None:
    talk.says("mất xe ở Hải Phúc tối qua")
    assert talk.labels[0] == "Đúng"
    talk.says("gửi")
    assert talk.labels[0] == "Đúng"
    talk.says("xóm 5")
    assert talk.labels[0] == "Đúng"
    talk.presses("Đúng")
    assert "• Nơi: xóm 5, xã Hải Hưng" in talk.text


def test_a_word_of_every_day_is_not_offered_as_a_place(talk: Talk) -> None:
    said = talk.says("vua chuyen 20 trieu cho nguoi goi dien bao la cong an")
    assert "Việc xảy ra ở đâu?" in said
    talk.says("danh nhau o goi")
    assert "xã Vụ Bản" in talk.text


def test_communes_turned_down_are_not_offered_again(talk: Talk) -> None:
    talk.says("trộm xe ở Hải Hậu tối qua")
    talk.presses("Nơi khác")
    talk.presses("Nơi khác")
    talk.says("xóm 4 Hải Hậu")
    assert talk.tip.at is Step.WHERE
    talk.says("xã Hải Xuân")
    assert talk.tip.place.commune
    assert talk.tip.place.commune.name == "xã Hải Xuân"


def test_where_many_may_be_meant_the_old_district_is_asked_first(talk: Talk) -> None:
    talk.says("trộm xe ở tỉnh Hà Nam tối qua")
    assert "Trước đây nơi đó thuộc" in talk.text
    assert all(label.startswith(("huyện", "thị xã", "thành phố")) for label in talk.labels[:3])
    talk.presses(talk.labels[0])
    assert talk.tip.at is Step.WHICH
    assert all("xã" in label or "phường" in label for label in talk.labels[:2])
    talk.presses("Quay lại")
    assert "Trước đây nơi đó thuộc" in talk.text


def test_the_former_name_is_shown_back(talk: Talk) -> None:
    talk.says("mất xe ở xã Hải Hòa huyện Hải Hậu tối qua")
    assert "trước đây" in talk.text
    assert "Hải Hòa, huyện Hải Hậu" in talk.text


def test_a_name_that_vanished_long_ago_is_shown_back_as_it_was_said(talk: Talk) -> None:
    talk.says("mất xe ở Hải Phúc tối qua")
    assert "Có phải xã Hải Hưng (trước đây là xã Hải Phúc, huyện Hải Hậu) không?" in talk.text


def test_a_market_named_without_accents_is_found_by_its_commune(talk: Talk) -> None:
    talk.says("danh nhau to o cho hai xuan, dang danh")
    assert "Hãy gọi 113" in talk.text
    assert "Có phải xã Hải Xuân" in talk.text


@pytest.mark.parametrize(
    "said", ["tối qua mất con trâu ở xã Hải Xuân", "toi qua mat con trau o xa hai xuan"]
)
def test_a_time_told_first_is_not_asked_again(talk: Talk, said: str) -> None:
    talk.says(said)
    assert talk.tip.at is Step.SUMMARY
    assert "• Loại: Trộm cắp" in talk.text


def test_a_time_may_be_all_of_the_first_message(talk: Talk) -> None:
    assert "Kênh chỉ nhận tin" not in talk.says("Tối qua")
    talk.says("mất con trâu ở xã Hải Xuân")
    assert talk.tip.at is Step.SUMMARY
    assert "• Lúc: Tối qua" in talk.text


def test_what_this_channel_takes_is_said_once(talk: Talk) -> None:
    takes = "Kênh chỉ nhận tin về vụ việc cụ thể"
    assert takes in talk.says("hàng xóm tôi ở xã Hải Xuân lạ lắm")
    assert takes not in talk.says("không biết loại nào, cứ xem giúp")
    assert takes not in talk.says("/report")


def test_how_long_a_tip_is_kept_is_said_alike_everywhere(talk: Talk) -> None:
    assert "tin đã xử lý 24 tháng" in talk.says("/privacy")
    talk.says("mất xe ở xã Hải Xuân tối qua")
    assert "Tin lưu 24 tháng" in talk.text


def test_status_says_that_a_tip_is_not_sent_yet_and_how_to_go_on(talk: Talk) -> None:
    talk.says("mất xe ở xã Hải Xuân")
    talk.says("/status")
    assert "tin đang báo dở, chưa gửi" in talk.text
    talk.presses("Làm tiếp")
    assert talk.tip.at is Step.URGENCY


def test_status_says_nothing_of_what_was_never_begun(talk: Talk) -> None:
    talk.says("/status")
    assert "báo dở" not in talk.text


def test_who_does_not_know_leaves_it_to_the_desk(talk: Talk) -> None:
    talk.says("mất xe tối qua")
    talk.presses("Không rõ")
    assert "chưa rõ, trực ban tỉnh sẽ tìm" in talk.text
    talk.presses(SEND)
    assert filed(talk).place.commune is None


@pytest.mark.parametrize("said", ["ở Hà Nội", "quận 1 thành phố Hồ Chí Minh"])
def test_outside_the_province_nothing_is_kept(talk: Talk, said: str) -> None:
    assert "không lưu lại" in talk.says(f"cháy nhà {said}")
    assert talk.draft is None


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("đang cháy nhà", "🚨 Hãy gọi ngay 114."),
        ("cháy nhà", "🚨 Hãy gọi ngay 114."),
        ("vừa có tai nạn giao thông", "🚨 Hãy gọi ngay 115, 113."),
        ("đang đánh nhau", "🚨 Hãy gọi ngay 113, 115."),
        ("vừa bị lừa chuyển tiền", "🚨 Nếu vừa chuyển tiền: gọi ngay ngân hàng"),
        ("hôm qua bị mất xe máy", "Nơi này không thuộc"),
    ],
)
def test_outside_the_province_the_number_for_it_comes_first(
    talk: Talk, said: str, first: str
) -> None:
    for place in ("quận Cầu Giấy Hà Nội", "ở Hà Nội"):
        assert talk.says(f"{said} ở {place}").startswith(first)
        assert "không lưu lại" in talk.text


def test_the_number_comes_first_also_where_only_the_answer_or_the_caption_is_outside(
    talk: Talk,
) -> None:
    assert talk.shows("đang cháy nhà ở Hà Nội").startswith("🚨 Hãy gọi ngay 114.")
    talk.says("đang cháy nhà")
    assert talk.says("quận Cầu Giấy, Hà Nội").startswith("🚨 Hãy gọi ngay 114.")


def test_an_answer_outside_the_province_is_not_kept_and_asked_again(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    assert "không lưu lại" in talk.says("quận Hoàn Kiếm, Hà Nội")
    assert talk.tip.at is Step.WHERE
    assert "Hoàn Kiếm" not in talk.tip.to_json().decode()


def test_a_poster_only_suggests(talk: Talk) -> None:
    talk.says("/start c14308")
    assert "xã Hải Xuân" in talk.text
    talk.says("đang cháy nhà ở xã Hải Hậu")
    assert talk.tip.place.commune
    assert talk.tip.place.commune.name == "xã Hải Hậu"


def test_a_posters_suggestion_is_one_tap_where_no_place_was_said(talk: Talk) -> None:
    talk.says("/start c14308")
    talk.says("đang cháy nhà")
    talk.presses("xã Hải Xuân")
    assert talk.tip.place.commune
    assert talk.tip.place.commune.code == "14308"


def test_a_poster_scanned_in_the_middle_loses_nothing(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    talk.says("/start c14308")
    assert talk.tip.category == "fire_rescue"
    assert "xã Hải Xuân" in talk.labels


@pytest.mark.parametrize("code", ["c99999", "c00001", "cabc", "c", "xyz"])
def test_a_strange_code_only_greets(talk: Talk, code: str) -> None:
    assert "113" in talk.says(f"/start {code}")
    assert talk.draft is None


# pins -----------------------------------------------------------------------------------------


def test_a_pin_is_asked_what_it_means_at_once(talk: Talk) -> None:
    assert "Vị trí này là nơi nào?" in talk.pins()
    assert talk.labels[:2] == ["Nơi xảy ra việc", "Chỗ tôi đang đứng"]


def test_the_place_it_happened_at_is_kept(talk: Talk) -> None:
    talk.pins()
    talk.presses("Nơi xảy ra việc")
    assert talk.tip.place.point


def test_where_somebody_stands_is_thrown_away(talk: Talk) -> None:
    talk.pins()
    talk.presses("Chỗ tôi đang đứng")
    assert talk.tip.place.point is None
    assert "20.1283" not in talk.tip.to_json().decode()
    assert talk.tip.place.options or talk.tip.place.commune


def test_where_somebody_stands_does_not_overrule_the_words(talk: Talk) -> None:
    talk.says("đang cháy nhà ở xã Hải Hậu")
    talk.pins()
    talk.presses("Chỗ tôi đang đứng")
    assert talk.tip.place.commune
    assert talk.tip.place.commune.name == "xã Hải Hậu"


# time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("hôm qua 9 rưỡi tối", "hôm qua 9 rưỡi tối (hiểu là 21 giờ 30, 17/11/2026)"),
        ("khoảng 21h30 hôm qua", "khoảng 21h30 hôm qua (hiểu là"),
        ("mùng 2 Tết", "• Lúc: mùng 2 Tết\n"),
        ("Hôm qua", "• Lúc: Hôm qua (hiểu là 17/11/2026)"),
        ("Nhiều lần", "• Lúc: Nhiều lần\n"),
        ("Không nhớ", "• Lúc: không nhớ\n"),
    ],
)
def test_a_time_is_kept_as_said_with_what_was_understood(talk: Talk, said: str, shown: str) -> None:
    talk.says("mất xe ở xã Hải Xuân")
    talk.presses("Đã xảy ra trước đó")
    assert talk.tip.at is Step.WHEN
    assert shown in talk.says(said)


def test_another_day_is_typed(talk: Talk) -> None:
    talk.says("mất xe ở xã Hải Xuân")
    talk.presses("Đã xảy ra trước đó")
    assert "ngày, giờ" in talk.presses("Ngày khác")
    assert "12/11/2026" in talk.says("12/11 khoảng 21 giờ")


def test_a_story_told_where_a_time_is_asked_is_no_time(talk: Talk) -> None:
    talk.says("mất xe ở xã Hải Xuân")
    talk.presses("Đã xảy ra trước đó")
    assert "Đã ghi thêm" in talk.says("nó cầm dao dọa chém chủ nhà")
    assert talk.tip.at is Step.WHEN


def test_what_turns_out_to_be_over_is_not_urgent_any_more(talk: Talk) -> None:
    talk.says("đang có trộm ở xã Hải Xuân")
    talk.presses("Sửa")
    talk.presses("Thời gian")
    talk.says("hôm kia")
    assert talk.tip.urgency is Urgency.EARLIER


# calling first --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("đang đánh nhau ở xã Hải Xuân", "113, 115"),
        ("đang cháy nhà ở xã Hải Xuân", "114"),
        ("chồng đang đánh vợ ở xã Hải Xuân", "113"),
        ("cháu bé 6 tuổi đang bị đánh đập ở xã Hải Xuân", "111, 113"),
        ("vừa có tai nạn giao thông ở ngã tư xã Hải Xuân", "115, 113"),
        ("cháy nhà ở xã Hải Hưng", "114"),
        ("có người đuối nước ở sông Ninh Cơ xã Hải Thịnh", "114"),
        ("tai nạn giao thông ở ngã tư xã Hải Hưng", "115, 113"),
    ],
)
def test_what_is_happening_is_answered_with_the_numbers_to_call_and_no_tap(
    talk: Talk, words: str, numbers: str
) -> None:
    assert f"Hãy gọi {numbers} trước" in talk.says(words)
    assert "Đừng tự đến gần" in talk.text


def test_the_numbers_to_call_are_said_once(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    assert "Hãy gọi" in talk.text
    assert "Hãy gọi" not in talk.says("xã Hải Xuân")


def test_money_just_sent_names_the_bank_first(talk: Talk) -> None:
    told = talk.says("vừa bị lừa chuyển tiền qua mạng, nhà ở xã Hải Xuân")
    assert told.startswith("🚨 Nếu vừa chuyển tiền: gọi ngay ngân hàng")
    assert "cần người đến" not in told
    assert "bắt giữ" not in told


@pytest.mark.parametrize("said", ["đang cháy nhà", "cháy nhà", "tai nạn giao thông", "đuối nước"])
def test_nobody_is_to_be_caught_at_a_fire_or_an_accident(talk: Talk, said: str) -> None:
    assert "chỗ nguy hiểm" in talk.says(f"{said} ở xã Hải Xuân")
    assert "bắt giữ" not in talk.text


@pytest.mark.parametrize(
    "said",
    [
        "tuần trước có đánh nhau",
        "hôm qua cháy nhà",
        "tuần trước có tai nạn giao thông",
        "xe tải chạy ngược chiều",
        "xe tải phóng nhanh, sợ xảy ra tai nạn",
    ],
)
def test_what_is_over_or_hurt_nobody_is_not_sent_to_the_telephone(talk: Talk, said: str) -> None:
    assert "Hãy gọi" not in talk.says(f"{said} ở xã Hải Xuân")


# pictures -------------------------------------------------------------------------------------


def test_a_photo_with_a_caption_begins_a_tip(talk: Talk) -> None:
    assert "Đã nhận 1 ảnh" in talk.shows(THEFT)
    assert talk.tip.at is Step.SUMMARY


def test_an_album_is_answered_once_and_counted_whole(talk: Talk) -> None:
    assert "Đã nhận nhóm ảnh" in talk.shows(THEFT, album="a")
    for _ in range(2):
        talk.shows(album="a")
        assert talk.replies == []
    assert len(talk.tip.evidence) == 3


def test_no_more_than_five_pieces_and_of_an_album_that_is_said_once(talk: Talk) -> None:
    talk.shows(THEFT, album="a")
    answers = []
    for _ in range(8):
        talk.shows(album="a")
        answers += [reply.text for reply in talk.replies]
    assert len(talk.tip.evidence) == MOST_EVIDENCE
    assert len(answers) == 1
    assert "tối đa 5" in answers[0]


def test_a_photo_from_outside_the_province_is_not_kept(talk: Talk) -> None:
    assert "không lưu lại" in talk.shows("cháy nhà ở Hà Nội")
    assert talk.draft is None


def test_a_caption_in_the_wrong_place_keeps_neither_words_nor_picture(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    talk.shows("ở quận Hoàn Kiếm, Hà Nội")
    assert talk.tip.evidence == ()
    assert "Hoàn Kiếm" not in talk.tip.what


def test_a_receipt_code_under_a_picture_never_becomes_words_for_officers(talk: Talk) -> None:
    talk.shows("K7M4-P2X9-R3T")
    assert talk.tip.words == ()


@pytest.mark.parametrize("kind", [EvidenceKind.VIDEO, EvidenceKind.VOICE])
def test_who_may_hear_a_voice_is_asked(talk: Talk, kind: EvidenceKind) -> None:
    assert "nhận ra giọng nói" in talk.shows(THEFT, kind)
    assert "Tin của anh/chị:" in talk.presses("Chỉ cấp tỉnh nghe")
    assert talk.tip.sound_to_commune is False


# corrections ----------------------------------------------------------------------------------


def test_an_edited_message_says_it_again(talk: Talk) -> None:
    talk.says("mất xe ở xã Hải Xuân tối qua", message="10")
    assert "Đã sửa" in talk.edits("10", "mất trâu ở xã Hải Hậu hôm kia")
    tip = talk.tip
    assert tip.words == ("mất trâu ở xã Hải Hậu hôm kia",)
    assert tip.place.commune
    assert tip.place.commune.name == "xã Hải Hậu"
    assert tip.time
    assert tip.time.said == "hôm kia"


def test_an_edited_answer_answers_again(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    talk.says("xã Hải Xuân", message="11")
    talk.edits("11", "xã Hải Hậu")
    assert talk.tip.place.words == "xã Hải Hậu"
    assert talk.tip.place.commune
    assert talk.tip.place.commune.name == "xã Hải Hậu"


def test_an_answer_that_was_not_understood_may_be_edited(talk: Talk) -> None:
    talk.says("trộm xe ở xã Hải Xuân")
    talk.says("hmm", message="12")
    talk.edits("12", "tối qua")
    assert talk.tip.at is Step.SUMMARY


def test_editing_the_words_keeps_what_was_chosen(talk: Talk) -> None:
    talk.says("mất xe ở Hải Hậu tối qua", message="13")
    talk.presses(talk.labels[1])
    chosen = talk.tip.place.commune
    talk.edits("13", "mất hai xe ở Hải Hậu tối qua")
    assert talk.tip.place.commune == chosen


@pytest.mark.parametrize(("message", "text"), [("99", "mất trâu"), ("10", "👍")])
def test_an_edit_of_something_else_changes_nothing(talk: Talk, message: str, text: str) -> None:
    talk.says(THEFT, message="10")
    before = talk.tip
    talk.edits(message, text)
    assert talk.tip == before


# old buttons ----------------------------------------------------------------------------------


def test_a_second_tap_on_send_files_nothing_and_shows_what_is_true(talk: Talk) -> None:
    talk.says(THEFT)
    send = dict(talk.shown)[SEND]
    talk.forges(send)
    assert filed(talk)
    assert "Nút này đã cũ" in talk.forges(send)
    assert talk.actions == []


def test_a_button_of_an_answered_question_changes_nothing_and_asks_the_open_one(talk: Talk) -> None:
    talk.says("trộm xe ở xã Hải Xuân")
    now = dict(talk.shown)["Đang xảy ra"]
    talk.forges(now)
    before = talk.tip
    assert "Nút này đã cũ" in talk.forges(now)
    assert talk.tip == before.having(revision=before.revision + 1)
    assert "Tin của anh/chị:" in talk.text


@pytest.mark.parametrize("data", ["answer.send:1:1", "x", "::", "answer.send:-1:1", "answer:1:1:1",
                                  "answer.send:99999999999999999999:1", "drop:1:1"])  # fmt: skip
def test_forged_buttons_change_nothing(talk: Talk, data: str) -> None:
    talk.says(THEFT)
    before = talk.tip
    assert "Nút này đã cũ" in talk.forges(data)
    assert talk.tip.having(revision=before.revision) == before
    assert talk.actions == []


# commands -------------------------------------------------------------------------------------


def test_an_unfinished_tip_is_taken_up_again(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    assert "làm tiếp" in talk.says("/report")
    assert talk.tip.category == "fire_rescue"


def test_a_greeting_in_the_middle_is_greeted_and_reminded(talk: Talk) -> None:
    talk.says("đang cháy nhà")
    talk.says("alo")
    assert "113" in talk.replies[0].text
    assert "làm tiếp" in talk.replies[1].text
    assert talk.tip.category == "fire_rescue"


@pytest.mark.parametrize(
    "command", ["/help", "/privacy", "/mydata", "/status", "/language", "that hay gia"]
)
def test_looking_around_in_the_middle_loses_nothing(talk: Talk, command: str) -> None:
    talk.says("đang cháy nhà")
    before = talk.tip
    assert talk.says(command)
    assert talk.tip == before


@pytest.mark.parametrize("typed", ["K7M4P2X9R3T", "mã tra cứu: k7m4-p2x9-r3t", "ma K7M4-P2X9-R3T"])
def test_a_code_is_looked_up_with_or_without_its_name(talk: Talk, typed: str) -> None:
    talk.says(typed)
    assert isinstance(talk.actions[0], LookUp)


def test_an_invitation_is_handed_on(talk: Talk) -> None:
    talk.says("/start iSECRET_-")
    assert talk.actions == [UseInvitation("SECRET_-")]


def test_wiping_the_chat_drops_the_unfinished_tip(talk: Talk) -> None:
    talk.says(THEFT)
    talk.says("xóa cuộc trò chuyện")
    assert talk.actions == [WipeChat()]
    assert talk.draft is None
