"""What people write, and the commune they mean. Most lines are quoted from life."""

from datetime import date

import pytest

from routing import ReasonCode, Router, Status


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xã Hải Xuân, huyện Hải Hậu, tỉnh Nam Định", "xã Hải Xuân"),
        ("co trom o xom 5 hai xuan", "xã Hải Xuân"),
        ("xã Hải Hậu", "xã Hải Hậu"),
        ("TT Cồn, Hải Hậu", "xã Hải Tiến"),
        ("Nam hải Nam trực - Nam định", "xã Nam Ninh"),
        ("Thị trấn Cổ Lễ Trực Ninh Nam Định", "xã Cổ Lễ"),
        ("xã Nam Điền (Nghĩa Hưng)", "xã Rạng Đông"),
        ("xahaixuan huyen hai hau", "xã Hải Xuân"),
        ("X Tvực Đạo", "xã Cát Thành"),
        ("TT Qu7 Nhất,,Tỉnh Nam Định", "xã Quỹ Nhất"),
        ("tổ dân phố Bắc Sơn, xã Hải Tiến", "xã Hải Tiến"),
        ("xã Vũ Bản", "xã Bình Giang"),
        ("phường Vị Khê", "phường Vị Khê"),
        ("xã Nghĩa Phúc, huyện Nghĩa Hưng", "xã Rạng Đông"),
    ],
)
def test_a_place_is_understood(local: Router, text: str, name: str) -> None:
    route = local.route(text)
    assert route.status is Status.CERTAIN
    assert route.candidates[0].name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("P1,Q3,TP.HồChíMinh", "phường Bàn Cờ"),
        ("xã Ea H'Leo, tỉnh Đắk Lắk", "xã Ea H'Leo"),
        ("F07, Quận 8, TP HCM", "phường Bình Đông"),
        ("TỈNH QUẢNG NINH, XÃ CÔ TÔ", "đặc khu Cô Tô"),
    ],
)
def test_the_country_is_known_too(country: Router, text: str, name: str) -> None:
    assert country.route(text).candidates[0].name == name


def test_a_name_that_is_commune_and_former_district_is_asked(local: Router) -> None:
    route = local.route("Hải Hậu")
    assert route.status is Status.ASK
    assert route.candidates[0].name == "xã Hải Hậu"
    assert len(route.candidates) == 8


def test_a_former_district_gives_its_communes_as_a_menu(local: Router) -> None:
    route = local.route("huyện Nghĩa Hưng, tỉnh Nam Định")
    assert (route.status, route.reason.code) == (Status.ASK, ReasonCode.DISTRICT_ONLY)
    assert len(route.candidates) == 7


def test_a_former_province_gives_all_its_communes(local: Router) -> None:
    route = local.route("tỉnh Nam Định")
    assert (route.status, route.reason.code) == (Status.ASK, ReasonCode.PROVINCE_ONLY)
    assert len(route.candidates) == 57
    assert all(candidate.old_districts for candidate in route.candidates)


@pytest.mark.parametrize(
    "text",
    [
        "Khu công nghiệp Đồng Văn 3, thuộc phường Tiên Sơn và phường Hà Nam",
        "cống số 8 (giáp ranh giữa xã Giao Long và Bạch Long)",
        "từ phường Hà Nam lên phường Đồng Văn",
    ],
)
def test_of_two_communes_named_both_are_offered(local: Router, text: str) -> None:
    route = local.route(text)
    assert route.status is Status.ASK
    assert len(route.candidates) == 2
    assert route.reason.code is ReasonCode.SEVERAL_NAMED


def test_a_commune_named_beats_names_inside_a_road(local: Router) -> None:
    route = local.route("cao tốc Cầu Giẽ - Ninh Bình (đoạn qua xã Tiên Hiệp)")
    assert route.candidates[0].name == "phường Hà Nam"


def test_former_and_present_name_of_one_place_agree(local: Router) -> None:
    route = local.route("xã Hải Phúc (nay là xã Hải Hưng)")
    assert route.status is Status.CERTAIN
    assert route.candidates[0].name == "xã Hải Hưng"


def test_a_divided_commune_gives_all_its_parts(country: Router) -> None:
    route = country.route("xã Thạnh Quới, huyện Vĩnh Thạnh, thành phố Cần Thơ")
    assert route.reason.code is ReasonCode.DIVIDED_NAME
    assert route.status is Status.ASK
    assert len(route.candidates) > 1


def test_exact_accents_tell_names_apart(local: Router) -> None:
    hung, another = local.route("xã Nghĩa Hưng"), local.route("xã Nghĩa Hùng, Nghĩa Hưng")
    assert hung.candidates[0].name == "xã Nghĩa Hưng"
    assert another.candidates[0].name == "xã Nghĩa Lâm"


def test_the_former_name_that_was_used_is_shown_back_first(local: Router) -> None:
    route = local.route("thị trấn Cồn, huyện Hải Hậu")
    assert route.candidates[0].formerly[0] == "thị trấn Cồn, huyện Hải Hậu"


@pytest.mark.parametrize(
    "text",
    [
        "phường Bến Thành, thành phố Hồ Chí Minh",
        "xã Tân Lập, tỉnh Hưng Yên",
        "xã Hải Xuân, thành phố Móng Cái, tỉnh Quảng Ninh",
        "quận Ba Đình, Hà Nội",
    ],
)
def test_a_place_elsewhere_is_recognised_as_outside(local: Router, text: str) -> None:
    route = local.route(text)
    assert (route.status, route.outside) == (Status.UNKNOWN, True)
    assert route.candidates == ()


@pytest.mark.parametrize(
    "text",
    [
        "tôi muốn báo một vụ trộm",
        "Con tôi chưa về nhà",
        "chị Xuân bị chồng đánh",
        "0912345678",
        "😀😀😀",
        "",
        "   ",
        "\x00",
        "ngân hàng Nam Á",
    ],
)
def test_no_place_is_never_certain(local: Router, country: Router, text: str) -> None:
    for router in (local, country):
        assert router.route(text).status is not Status.CERTAIN


def test_a_road_named_like_a_commune_is_never_certain(local: Router) -> None:
    route = local.route("đường Trần Hưng Đạo, Nam Định")
    assert route.status is Status.ASK
    assert "phường Nam Định" in [candidate.name for candidate in route.candidates]


def test_a_landmark_with_a_former_name_is_proposed(local: Router) -> None:
    route = local.route("vòng xuyến Giao An (cũ)")
    assert (route.status, route.candidates[0].name) == (Status.ASK, "xã Giao Hoà")


def test_another_province_alone_is_outside(local: Router) -> None:
    assert local.route("ở Hải Phòng").outside


def test_a_hamlet_named_like_a_commune_is_not_the_commune(local: Router) -> None:
    route = local.route("thôn Hải Xuân, xã Giao Thủy")
    assert route.candidates[0].name == "xã Giao Thuỷ"


def test_the_expected_province_is_a_prior_not_a_wall(country: Router) -> None:
    near = country.route("xã Tân Lập", province="Hưng Yên")
    assert near.candidates[0].province == "Hưng Yên"
    far = country.route("xã Tân Lập, tỉnh Lâm Đồng", province="Hưng Yên")
    assert far.candidates[0].province == "Lâm Đồng"


@pytest.mark.parametrize("province", ["37", "36", "Nam Định", "nam dinh", "tỉnh không có thật"])
def test_a_province_may_be_given_by_name_or_code(country: Router, province: str) -> None:
    assert country.route("xã Hải Hậu", province=province).candidates[0].code == "14215"


def test_a_tip_keeps_the_unit_of_its_day(country: Router) -> None:
    text = "phường Trảng Bom, Đồng Nai"
    assert country.route(text).candidates[0].name == "phường Trảng Bom"
    then = country.route(text, on=date(2025, 12, 31))
    assert then.candidates[0].name == "xã Trảng Bom"


def test_a_code_that_was_changed_leads_to_its_successor(country: Router) -> None:
    assert country.commune("06970").code == "06978"
    with pytest.raises(KeyError):
        country.commune("99999")


def test_the_scope_is_the_operators_province(local: Router) -> None:
    communes = local.communes()
    assert len(communes) == 129
    assert {commune.province for commune in communes} == {"Ninh Bình"}


def test_an_unknown_province_code_is_refused() -> None:
    with pytest.raises(ValueError, match="no province has the code 99"):
        Router.load(("99",))


@pytest.mark.parametrize("happening", ["", "đang "])
def test_a_bare_name_behind_a_market_is_asked_however_the_story_begins(
    local: Router, happening: str
) -> None:
    found = local.route(f"{happening}đánh nhau ở chợ Hải Xuân")
    assert found.status is Status.ASK
    assert [candidate.code for candidate in found.candidates] == ["14308"]
