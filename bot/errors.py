"""Why the program does not start, said in one line with the mend, and never as a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.schema import SchemaError
from storage.sealing import KeyFileError
from storage.snapshots import SnapshotError

EXIT_CODE = 2  #: what shells and systemd see when a person must mend something first


class StartError(Exception):
    """The program cannot do what was asked; the message names the fault and the mend."""


class SettingsError(StartError):
    """A setting is wrong or missing. Never holds the value: it may be a secret."""


class PortInUseError(StartError):
    """The address to listen on is not to be had."""


class FolderError(StartError):
    """A folder cannot be made, read or written."""


#: The storage room's own refusals belong to the family: it may not import us.
PLAIN = (StartError, SchemaError, SnapshotError, KeyFileError)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn a refusal to start into one line on standard error and exit code 2."""
    try:
        yield
    except PLAIN as error:
        sys.stderr.write(f"tinbao: {one_line(error)}\n")
        raise SystemExit(EXIT_CODE) from None


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def make_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, unless it is there; check that it can be written.

    Raises:
        FolderError: no rights, no room, or something else has its name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise FolderError(
            f"the folder {path} cannot be written: {reason}; give it to this user, or choose another by "
            "TINBAO_DATA_DIR"
        ) from None
    return path
