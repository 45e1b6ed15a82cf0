"""What happens in a province that does not exist, and how it would be told.

Every tip is invented. No person is named, and no telephone number is given: any might be somebody's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from routing import Commune, Point, Router


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident: how often it comes, when it happens, what is said of it."""

    category: str
    weight: int
    choice: str  #: the plain choice behind which it stands
    urgency: str  #: now, just, earlier, repeated
    when: Sequence[str]  #: as told; "": not told
    acts: Sequence[str]
    details: Sequence[str]


EVENING = ("tối qua", "khoảng 9 giờ tối qua", "đêm qua", "hôm qua lúc 20 giờ")
DAY = ("sáng nay", "hôm qua", "chiều nay", "hôm kia")
NOW = ("đang xảy ra", "ngay bây giờ", "")
OFTEN = ("đêm nào cũng vậy", "nhiều lần rồi", "tuần nào cũng có")

KINDS = (
    Kind("theft_robbery", 9, "property", "earlier", EVENING,
         ("mất trộm xe máy", "nhà bị trộm vào lấy tivi", "mất trộm chó", "bị cắt khóa lấy máy bơm"),
         ("xe màu đen, khóa cổ vẫn bị phá", "thấy hai người đi xe máy không biển số",
          "camera nhà bên có quay được", "mất lúc cả nhà đi ngủ")),
    Kind("theft_robbery", 3, "property", "now", NOW,
         ("có trộm đang trong nhà hàng xóm", "có người đang cạy cửa hàng tạp hóa"),
         ("nó mặc áo đen", "có một đứa đứng ngoài canh")),
    Kind("fraud", 6, "property", "earlier", DAY,
         ("tôi bị lừa chuyển khoản 20 triệu", "bị lừa đặt cọc mua hàng qua mạng",
          "có người giả công an gọi điện bắt chuyển tiền"),
         ("họ gọi bằng số lạ", "tài khoản nhận tiền tên công ty", "đã báo ngân hàng rồi")),
    Kind("violence", 4, "violence", "now", NOW,
         ("đang đánh nhau", "mấy thanh niên cầm dao đuổi nhau", "có người đang bị đánh hội đồng"),
         ("khoảng bảy tám người", "có người chảy máu", "ở ngay cổng")),
    Kind("violence", 3, "violence", "earlier", EVENING,
         ("có vụ đánh nhau", "con tôi bị đe dọa chém"),
         ("một người bị thương ở tay", "nhóm đó hay tụ tập ở quán nước")),
    Kind("domestic_violence", 3, "family", "now", NOW,
         ("chồng đang đánh vợ", "con say rượu đang đánh bố mẹ già"),
         ("trong nhà có trẻ nhỏ", "nghe tiếng kêu cứu")),
    Kind("child_harm", 2, "family", "repeated", OFTEN,
         ("trẻ em bị đánh đập", "cháu bé bên cạnh bị bố đánh"), ("cháu khoảng 8 tuổi",)),
    Kind("traffic", 5, "accident", "just", ("vừa xong", "vừa xảy ra", "mới đây"),
         ("tai nạn xe máy đâm ô tô", "xe tải đâm xe đạp rồi bỏ chạy"),
         ("một người gãy chân", "xe chạy hướng về thành phố")),
    Kind("traffic", 3, "accident", "repeated", OFTEN,
         ("thanh niên đua xe, lạng lách", "xe quá tải chạy nát đường làng"),
         ("khoảng 10 xe", "toàn chạy sau 11 giờ đêm")),
    Kind("fire_rescue", 2, "accident", "now", NOW,
         ("cháy nhà kho", "cháy to ở xưởng mộc", "có người đuối nước"),
         ("còn người bên trong", "khói rất nhiều")),
    Kind("drugs", 4, "vice", "repeated", OFTEN,
         ("có người bán ma túy", "thanh niên tụ tập hút chích"),
         ("hay có xe lạ ra vào", "gần nghĩa trang")),
    Kind("gambling", 5, "vice", "repeated", OFTEN,
         ("tụ tập đánh bạc", "có sới đá gà ăn tiền", "ghi lô đề công khai"),
         ("khoảng mười mấy người", "chơi từ chiều đến đêm")),
    Kind("loan_shark", 2, "property", "repeated", OFTEN,
         ("cho vay nặng lãi, đòi nợ kiểu khủng bố", "ném sơn vào nhà đòi nợ"),
         ("đi hai xe máy", "dọa cả người già")),
    Kind("disorder", 3, "violence", "just", ("vừa xong", "mới đây"),
         ("một nhóm cầm hung khí gây rối", "thanh niên ném chai lọ vào quán"), ("khoảng 15 người",)),
    Kind("weapons_fireworks", 2, "other", "earlier", DAY,
         ("có người bán pháo nổ", "tàng trữ pháo tự chế"), ("để trong chuồng lợn",)),
    Kind("environment_noise", 5, "other", "repeated", OFTEN,
         ("xưởng xả nước thải ra sông", "hát karaoke loa kẹo kéo quá khuya",
          "đốt rác nhựa khói mù mịt", "khai thác cát trộm ban đêm"),
         ("mùi rất khó chịu", "nhắc rồi không nghe")),
)  # fmt: skip

SPOTS = ("xóm {n}", "thôn {n}", "gần chợ", "cạnh trường tiểu học", "gần nhà văn hóa", "sau ủy ban")
PINNED = 0.25  #: of those who tell of something can show it on the map
AROUND = 0.01  #: degrees, each way from the middle of the commune: a kilometre; some lie beyond its border
CHATTER = (
    "Tôi ở đây mấy chục năm chưa thấy bao giờ.",
    "Mong các chú xem giúp bà con, dạo này ai cũng lo.",
    "Tôi không muốn dây dưa gì đâu nhưng thấy thì phải nói.",
    "Hôm trước tôi cũng kể với bà hàng xóm rồi mà chẳng biết báo ở đâu.",
    "Nhà tôi toàn người già với trẻ con nên sợ lắm.",
)
INSULTS = ("đồ vô dụng", "lũ ăn hại", "bot ngu", "trả lời đi chứ", "làm ăn kiểu gì thế hả")
NONSENSE = ("🔥", "???", "2", "9", "asdf", "/khongco", "K7M4-P2X9-R3T", "0", "số 3", "hello")


@dataclass(frozen=True, slots=True)
class Story:
    """One incident, as its witness knows it."""

    kind: Kind
    commune: Commune
    place: str  #: how they call it: by the new name, or an old one
    spot: str
    act: str
    when: str
    details: Sequence[str]
    about_official: bool
    point: Point | None  #: as their phone would send it

    @property
    def at(self) -> str:
        return f"{self.spot} {self.place}"


def invent(router: Router, communes: Sequence[Commune], chance: Random) -> Story:
    """Make up one incident in one of these communes."""
    kind = chance.choices(KINDS, [kind.weight for kind in KINDS])[0]
    commune = chance.choice(communes)
    return Story(
        kind=kind,
        commune=commune,
        place=_called(commune, chance),
        spot=chance.choice(SPOTS).format(n=chance.randint(1, 12)),
        act=chance.choice(kind.acts),
        when=chance.choice(kind.when),
        details=chance.sample(kind.details, chance.randint(0, len(kind.details))),
        about_official=chance.random() < 0.03,
        point=_near(router, commune, chance) if chance.random() < PINNED else None,
    )


def _near(router: Router, commune: Commune, chance: Random) -> Point:
    middle = router.gazetteer.current[commune.code]
    return Point(
        round(middle.latitude + chance.uniform(-AROUND, AROUND), 5),
        round(middle.longitude + chance.uniform(-AROUND, AROUND), 5),
    )


def _called(commune: Commune, chance: Random) -> str:
    """By its name of today, by the name without its kind, or by a name it once had."""
    if commune.formerly and chance.random() < 0.3:
        return chance.choice(commune.formerly)
    if chance.random() < 0.4:
        return commune.name
    return commune.full_name
