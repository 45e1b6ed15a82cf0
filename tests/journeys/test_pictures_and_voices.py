"""Evidence on its way in: what is taken, what is refused and what is said about it."""

import pytest

from storage.models import Evidence
from storage.states import EvidenceVerdict
from tests.journeys.kept import count
from tests.journeys.telling import SEND, THEFT, tells
from tests.tips.cleaning_samples import a_chatty_jpeg, a_recording, an_archive
from tests.town import Person, Town, rows


async def pieces(town: Town) -> list[Evidence]:
    return [piece for piece in await rows(town.database, Evidence) if isinstance(piece, Evidence)]


async def shows(person: Person, caption: str | None = None, album: str | None = None) -> str:
    return await person.does(person.user.sends_photo(a_chatty_jpeg(), caption, album))


async def test_a_photo_with_a_caption_out_of_nowhere_begins_a_tip(town: Town) -> None:
    an = town.citizen()
    await shows(an, THEFT)
    assert "Đã nhận 1 ảnh" in an.text
    await an.presses(SEND)
    (piece,) = await pieces(town)
    assert piece.verdict is EvidenceVerdict.CLEAN
    assert piece.tip_id == 1
    assert piece.reference_sealed is None, "the platform's name for it is forgotten"


async def test_an_album_gets_one_answer_and_is_sent_whole(town: Town) -> None:
    an = town.citizen()
    for caption in (THEFT, None, None):
        await an.user.sends_photo(a_chatty_jpeg(), caption, album="a")
    await town.settle()
    answers = [text for text in an.texts if "Đã nhận nhóm ảnh" in text]
    assert len(answers) == 1
    await an.presses(SEND)
    assert [piece.tip_id for piece in await pieces(town)] == [1, 1, 1]


async def test_five_pieces_a_tip_and_the_sixth_is_not_even_fetched(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    for _ in range(6):
        await shows(an, THEFT)
    assert "tối đa 5" in an.text
    assert await count(sqlite_town, Evidence) == 5


@pytest.mark.parametrize("form", ["zip", "pdf", "html", "svg"])
async def test_documents_that_may_carry_more_are_refused_with_what_to_do(
    sqlite_town: Town, form: str
) -> None:
    bodies = {
        "zip": an_archive(),
        "pdf": b"%PDF-1.7\n%stuff",
        "html": b"<!doctype html><script>1</script>",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
    }
    an = sqlite_town.citizen()
    await an.says(THEFT)
    await an.does(an.user.sends_document(bodies[form], f"anh.{form}"))
    assert "Hãy chụp màn hình rồi gửi ảnh" in an.text
    await an.presses(
        SEND, next(m for m in an.user.screen if SEND in m.buttons and "Đã nhận 1" in m.text)
    )
    kept = [piece for piece in await pieces(sqlite_town) if piece.file]
    assert kept == []


async def test_a_picture_sent_as_a_document_is_judged_by_its_content(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says(THEFT)
    await an.does(an.user.sends_document(a_chatty_jpeg(), "virus.exe"))
    (piece,) = await pieces(sqlite_town)
    assert (piece.verdict, piece.kind) == (EvidenceVerdict.CLEAN, "photo")


async def test_too_big_is_said_before_anything_is_fetched(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says(THEFT)
    await an.does(an.user.sends_video(b"0" * 100, size=30_000_000))
    assert "quá lớn (tối đa 20 MB)" in an.text
    assert await count(sqlite_town, Evidence) == 0


async def test_the_caption_of_a_refused_file_is_still_heard(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.does(an.user.sends_video(b"0" * 100, caption=THEFT, size=30_000_000))
    assert any("quá lớn" in text for text in an.texts)
    assert SEND in an.buttons


async def test_who_may_hear_a_voice_is_asked_before_sending(town: Town) -> None:
    an = town.citizen()
    await an.says(THEFT)
    await an.does(an.user.sends_voice(a_recording("ogg", picture=None, sound="libopus")))
    assert "Người quen có thể nhận ra giọng nói" in an.text
    await an.presses("Chỉ cấp tỉnh nghe")
    await an.presses(SEND)
    (piece,) = await pieces(town)
    assert piece.has_sound
    assert not piece.sound_to_commune


async def test_twenty_pieces_a_day_and_words_are_still_taken(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    for _ in range(20):  # dropped again and again: they count all the same
        await shows(an)
        await an.says("hủy")
    await shows(an)
    assert "nhận tiếp sau 1 ngày, tin bằng chữ vẫn nhận" in an.text
    assert await count(sqlite_town, Evidence) == 0
    await an.says(THEFT)
    assert SEND in an.buttons
    await sqlite_town.pass_time(hours=23)
    await shows(an)
    assert "nhận tiếp sau 1 giờ" in an.text
    await sqlite_town.pass_time(hours=2)
    await shows(an)
    assert "Đã nhận 1 ảnh" in an.text


async def test_a_refused_album_is_refused_once(sqlite_town: Town) -> None:
    object.__setattr__(sqlite_town.desk, "free_disk", lambda: 10**9)
    an = sqlite_town.citizen()
    for _ in range(4):
        await an.user.sends_photo(a_chatty_jpeg(), album="a")
    await sqlite_town.settle()
    assert sum("tạm thời không nhận ảnh" in text for text in an.texts) == 1


async def test_on_a_full_disk_words_are_kept_and_pictures_refused(sqlite_town: Town) -> None:
    object.__setattr__(sqlite_town.desk, "free_disk", lambda: 10**9)
    an = sqlite_town.citizen()
    await shows(an, THEFT)
    assert any("Tin bằng chữ vẫn nhận bình thường" in text for text in an.texts)
    await an.presses(SEND)
    assert "Mã tra cứu:" in an.text
    assert await count(sqlite_town, Evidence) == 0


async def test_a_photo_without_words_while_a_tip_is_open_asks_whose_it_is(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await shows(an)
    assert an.buttons == ["Gửi thêm cho tin lúc 10 giờ", "Báo tin mới", "Bỏ"]
    await an.presses("Gửi thêm cho tin lúc 10 giờ")
    assert "Đã gửi thêm cho cán bộ" in an.text
    assert [piece.tip_id for piece in await pieces(town)] == [1]


async def test_a_photo_that_belongs_to_nothing_is_dropped_for_good(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await shows(an)
    await an.presses("Bỏ")
    assert await count(town, Evidence) == 0
