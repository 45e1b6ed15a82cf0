"""Files as Telegram keeps them: an id per use, a stable id per content, a path to fetch."""

import hashlib
import io
import secrets
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from tests.fake_telegram.rules import MAX_DOWNLOAD, MAX_PHOTO, Json, bad_request, not_found


@dataclass(frozen=True, slots=True)
class StoredFile:
    kind: str  #: as the field in a message: photo, video, voice, audio, document, sticker
    body: bytes
    size: int  #: may be larger than the body, to play a file nobody wants to make
    name: str | None = None
    mime_type: str | None = None
    file_id: str = field(default_factory=lambda: f"AgACAgUAAx{secrets.token_urlsafe(36)}")

    @property
    def unique_id(self) -> str:
        return "AQAD" + hashlib.sha256(self.body).hexdigest()[:12]

    @property
    def path(self) -> str:
        ending = (self.name or "").rpartition(".")[2] or {"photo": "jpg"}.get(self.kind, "bin")
        return f"{self.kind}s/file_{self.file_id[-12:]}.{ending}"

    def as_file(self) -> Json:
        return self._ids() | {"file_path": self.path}

    def as_content(self) -> Json:
        """The message field that carries this file."""
        if self.kind == "photo":
            return {"photo": self._photo_sizes()}
        about = {"file_name": self.name, "mime_type": self.mime_type}
        return {self.kind: self._ids() | SHAPES[self.kind] | {k: v for k, v in about.items() if v}}

    def _ids(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}

    def _photo_sizes(self) -> list[Json]:
        """A thumbnail and the picture; both lead to the same bytes here."""
        width, height = picture_size(self.body) or (90, 90)
        small = {"file_id": f"{self.file_id}s", "file_unique_id": f"{self.unique_id}s"}
        return [
            small | {"width": 90, "height": max(1, 90 * height // width), "file_size": 1000},
            self._ids() | {"width": width, "height": height},
        ]


SHAPES: dict[str, Json] = {
    "video": {"width": 640, "height": 360, "duration": 3},
    "animation": {"width": 320, "height": 240, "duration": 2},
    "video_note": {"length": 240, "duration": 3},
    "voice": {"duration": 3},
    "audio": {"duration": 3},
    "document": {},
    "sticker": {
        "width": 512, "height": 512, "is_animated": False, "is_video": False,
        "type": "regular", "emoji": "👍",
    },
}  # fmt: skip


def picture_size(body: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(body)) as picture:
            return picture.size
    except UnidentifiedImageError:
        return None


def check_photo(body: bytes) -> None:
    """A bot's upload as photo: a picture, 10 MB, sides within 10000 together and 20 to 1."""
    size = picture_size(body)
    if len(body) > MAX_PHOTO:
        raise bad_request(f"file of size {len(body)} bytes is too big for a photo; "
                          "the maximum size is 10485760 bytes")  # fmt: skip
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


class FileStore:
    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def keep(self, file: StoredFile) -> StoredFile:
        self._files[file.file_id] = file
        return file

    def by_id(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id) or self._files.get(file_id.removesuffix("s"))

    def to_download(self, file_id: str) -> StoredFile:
        file = self.by_id(file_id)
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.size > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return file

    def at(self, path: str) -> bytes:
        for file in self._files.values():
            if file.path == path and file.size <= MAX_DOWNLOAD:
                return file.body
        raise not_found()
