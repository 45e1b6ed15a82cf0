"""The hamlet beside the commune's name is heard, and nothing that only looks like one."""

import pytest

from tips.understanding.hamlet import LONGEST, hamlet_in


@pytest.mark.parametrize(
    ("text", "commune", "hamlet"),
    [
        ("mất xe ở xóm 5 xã Hải Xuân tối qua", "xã Hải Xuân", "xóm 5"),
        ("co trom xe o xom 5 hai xuan", "hai xuan", "xom 5"),
        ("trộm chó xóm Quang Trung Hải Xuân", "Hải Xuân", "xóm Quang Trung"),
        ("trom cho o xom dong hai xuan", "hai xuan", "xom dong"),
        ("trộm ở thôn đoài thuộc xã Hải Xuân", "xã Hải Xuân", "thôn đoài"),
        ("xã Hải Xuân, xóm 5, mất xe", "xã Hải Xuân", "xóm 5"),
        ("tổ 3, khu phố 2, P.Vị Khê có đánh nhau", "P Vị Khê", "tổ 3, khu phố 2"),
        ("TDP số 4 phường Vị Khê", "phường Vị Khê", "TDP số 4"),
        ("cháy nhà ở phố Vạn Xuân, Hải Hậu", "Hải Hậu", "phố Vạn Xuân"),
        ("CHÁY NHÀ Ở XÓM 5 HẢI XUÂN", "HẢI XUÂN", "XÓM 5"),
        ("mất xe ở xóm 5 tối qua", "", "xóm 5"),
        ("đánh nhau ở xóm 5A", "", "xóm 5A"),
    ],
)
def test_a_hamlet_is_heard(text: str, commune: str, hamlet: str) -> None:
    assert hamlet_in(text, commune) == hamlet


@pytest.mark.parametrize(
    ("text", "commune"),
    [
        ("mất xe ở xã Hải Xuân", "xã Hải Xuân"),
        ("tổ chức đánh bạc ở xã Hải Xuân", "xã Hải Xuân"),
        ("mất xe ở phường Vị Khê, thành phố Nam Định", "phường Vị Khê"),
        ("mất xe ở phuong vi khe thanh pho Nam Dinh", "phuong vi khe"),
        ("trong khu vực chợ có đánh nhau", ""),
        ("cả xóm chạy ra xem", ""),
        ("", ""),
    ],
)
def test_what_only_looks_like_a_hamlet_is_none(text: str, commune: str) -> None:
    assert hamlet_in(text, commune) == ""


def test_a_hamlet_is_short_whatever_is_typed() -> None:
    assert len(hamlet_in("xóm " + "Đ" * 4000)) == LONGEST
