"""What an operator watches: updates, queues, deliveries, channels, disk. No label says about what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, PlatformCollector, ProcessCollector

from storage.depth import Depth
from storage.states import Channel, DeliveryClass


class Metrics:
    """All metrics of one process, on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._queues()
        self._channels()
        self._tips = self._counter("tips_filed", "Tips filed by this process.")
        self._failed = self._counter("jobs_failed", "Times our own bug ended a job.", "job")
        self._free = self._gauge("disk_free_bytes", "Free disk where evidence is kept.")

    def _queues(self) -> None:
        self._waiting = self._gauge("queue_waiting", "Rows waiting, or being worked on.", "queue")
        self._aside = self._gauge("queue_set_aside", "Rows that no retry can help.", "queue")
        self._age = self._gauge(
            "queue_oldest_seconds", "How long ago the oldest row that waits came.", "queue"
        )
        self._overdue = self._gauge(
            "queue_oldest_overdue_seconds", "How long the oldest row has been due.", "queue"
        )
        self._tries = self._gauge(
            "queue_most_attempts", "Attempts at the waiting row that was tried most.", "queue"
        )

    def _channels(self) -> None:
        self._received = self._counter(
            "updates_received", "Updates taken in, repeats included.", "channel"
        )
        self._deliveries = self._counter(
            "deliveries", "Messages handed to a channel.", "channel", "klass", "outcome"
        )
        self._limited = self._counter(
            "rate_limited", "Times a channel asked us to wait.", "channel"
        )
        self._polled = self._gauge(
            "last_poll_timestamp_seconds", "When a poll last did well; 0: not here.", "channel"
        )
        self._pending = self._gauge(
            "platform_updates_waiting", "Updates the platform has for us.", "channel"
        )
        self._suspected = self._gauge(
            "token_suspected", "1: somebody else seems to use our token.", "channel", "sign"
        )

    def received(self, channel: Channel) -> None:
        self._received.labels(channel).inc()

    def job_failed(self, name: str) -> None:
        self._failed.labels(name).inc()

    def filed(self, tips: int) -> None:
        self._tips.inc(tips)

    def delivered(self, channel: Channel, klass: DeliveryClass, outcome: str) -> None:
        """Count a delivery; `outcome` as in `tips.outcomes.Outcome`."""
        self._deliveries.labels(channel, klass, outcome).inc()
        if outcome == "paused":
            self.limited(channel)

    def limited(self, channel: Channel) -> None:
        """Count a 429."""
        self._limited.labels(channel).inc()

    def polls(self, channel: Channel, last: Callable[[], datetime | None]) -> None:
        """Show when `last` says that a poll did well, whenever somebody looks."""

        def seconds() -> float:
            moment = last()
            return moment.timestamp() if moment else 0.0

        self._polled.labels(channel).set_function(seconds)

    def guards(self, channel: Channel) -> "Guarded":
        for counted in (self._received, self._limited):
            counted.labels(channel)  # there from the start: a rule can tell nothing from no answer
        return Guarded(self._pending.labels(channel), self._suspected, channel)

    def show_queues(self, depths: Mapping[str, Depth], now: datetime) -> None:
        """Show how the queues stand, by name."""
        for queue, depth in depths.items():
            self._waiting.labels(queue).set(depth.waiting)
            self._aside.labels(queue).set(depth.set_aside)
            self._age.labels(queue).set(_seconds_since(depth.oldest, now))
            self._overdue.labels(queue).set(_seconds_since(depth.oldest_due, now))
            self._tries.labels(queue).set(depth.most_attempts)

    def show_free_disk(self, free: int) -> None:
        self._free.set(free)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"tinbao_{name}", meaning, labels, registry=self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"tinbao_{name}", meaning, labels, registry=self.registry)


@dataclass(frozen=True, slots=True)
class Guarded:
    """Shows what the guard of one channel's token found."""

    pending: Gauge
    suspected: Gauge
    channel: Channel

    def sign(self, sign: str, is_there: bool) -> None:
        self.suspected.labels(self.channel, sign).set(int(is_there))

    def waiting(self, updates: int) -> None:
        self.pending.set(updates)


def _seconds_since(moment: datetime | None, now: datetime) -> float:
    if moment is None:
        return 0.0
    return max((now - moment).total_seconds(), 0.0)
