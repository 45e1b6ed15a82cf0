"""What a process does: everything, or with PostgreSQL a part of it beside others."""

from enum import StrEnum


class ProcessRole(StrEnum):
    WEB = "web"  #: takes in what the channels' platforms deliver by HTTP
    POLL = "poll"  #: fetches from platforms that are polled; one process at a time does
    WORKER = "worker"  #: handles updates, sends messages, fetches and cleans files
    SCHEDULER = "scheduler"  #: deadlines, summaries, sweeping, measuring the queues


EVERYTHING = frozenset(ProcessRole)


def process_roles(said: object) -> frozenset[ProcessRole]:
    """Read names with commas between. Raises ValueError for one that is none."""
    if isinstance(said, frozenset):
        return said
    names = [name.strip().lower() for name in str(said).split(",")]
    if unknown := [name for name in names if name not in tuple(ProcessRole)]:
        known = ", ".join(ProcessRole)
        raise ValueError(f"must be some of {known}, with commas between, not {unknown[0]!r}")
    return frozenset(map(ProcessRole, names))
