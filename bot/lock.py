"""One process a SQLite file: a second one would fight it for updates and for every lease."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StartError, make_folder


class AlreadyRunningError(StartError):
    """Another process serves this database."""


@contextmanager
def only_process(database: Path) -> Iterator[None]:
    """Be the only process that serves a SQLite file; the kernel ends it with the process, however that ends.

    Raises:
        AlreadyRunningError: another one does.
        FolderError: its folder cannot be written.
    """
    make_folder(database.parent)
    path = database.with_name(f"{database.name}.lock")
    with path.open("w") as file:
        try:
            # A lock of the process, not of the open file: a child that outlives us must not hold it.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunningError(
                f"another tinbao already serves {database}; stop it first, or give this one a folder of its "
                "own, for example TINBAO_DATA_DIR=var2"
            ) from None
        yield
