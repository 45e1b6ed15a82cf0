"""What stands before the name of a place, as data: lower case, spelled with accents."""

from words.hamlets import SURE

UNITS = (
    *("xã", "phường", "thị trấn", "đặc khu", "huyện", "quận", "thị xã", "thành phố", "tỉnh", "tp"),
    *("tx", "tt"),
    *SURE,
)
