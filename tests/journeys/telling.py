"""A citizen who knows what to say, for stories that begin once the tip is filed."""

import re

from tests.town import Person

THEFT = "mất xe ở xóm 5 xã Hải Xuân tối qua"  #: P2
FIGHT = "đang đánh nhau ở chợ xã Hải Xuân"  #: P1
DRUGS = "bán ma túy ở xóm 5 xã Hải Xuân tối qua"  #: P2, sensitive
WIFE = "chồng đang đánh vợ ở xóm 5 xã Hải Xuân"  #: P1, sensitive

SEND = "Đồng ý và gửi"


async def tells(citizen: Person, words: str = THEFT) -> str:
    """Tell and send; return the receipt code."""
    await citizen.says(words)
    await citizen.presses(SEND)
    found = re.findall(r"Mã tra cứu: (\S+)", "\n".join(citizen.texts))
    return str(found[-1])
