"""Cutting a frame of bare sound to the length its own header states.

Streams without a container are read by looking for the next header, and whatever lies between two
frames (a tag, a hidden archive) is handed out as part of one. Layouts: ISO/IEC 11172-3 2.4.1.3 and
13818-3 (MP3), ISO/IEC 14496-3 1.A.2 (ADTS).
"""

_MPEG_1 = 3  # value of the two version bits; 2 is MPEG-2, 0 the unofficial MPEG-2.5
_RESERVED = 1
_KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = (44_100, 48_000, 32_000)
_SLOWER = {_MPEG_1: 1, 2: 2, 0: 4}


def mp3_frame(data: bytes) -> bytes | None:
    """The frame at the start of the data, or None if none starts there or it is cut off."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = data[1] >> 3 & 3, data[2] >> 4, data[2] >> 2 & 3
    if version == _RESERVED or bitrate in (0, 15) or rate == 3:
        return None
    is_first = version == _MPEG_1
    bits = _KBITS[is_first][bitrate] * 1000 * (144 if is_first else 72)
    padding = data[2] >> 1 & 1
    return _whole(data, bits * _SLOWER[version] // _HERTZ[rate] + padding)


def adts_frame(data: bytes) -> bytes | None:
    """Likewise for AAC."""
    if len(data) < 7 or data[0] != 0xFF or data[1] & 0xF6 != 0xF0:
        return None
    return _whole(data, (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5)


def _whole(data: bytes, length: int) -> bytes | None:
    return data[:length] if 0 < length <= len(data) else None
