"""One tip from a citizen's first words to the answer they read: the main job, whole."""

from tests.town import Town


async def test_one_message_and_two_taps_bring_a_tip_to_the_officer_and_back(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()

    await an.says("co trom xe o xom 5 hai xuan")
    await an.presses("Đang xảy ra")
    assert "xã Hải Xuân" in an.text
    await an.presses("Đồng ý và gửi")
    assert "Mã tra cứu:" in an.text
    assert "Tin số 1" in officer.text

    await officer.presses("Nhận xử lý")
    assert an.text == "Có cập nhật. Nhắn mã để xem."
    await an.presses("Xem kết quả tin đã báo")
    assert "đã nhận xử lý" in an.text
