"""What an operator watches: queues, deliveries, disk. No label says where or about what."""

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, PlatformCollector, ProcessCollector

from storage.queues import Depth
from storage.states import Channel, DeliveryClass


class Metrics:
    """All metrics of one process, on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._queues()
        self._channels()
        self._free = self._gauge("disk_free_bytes", "Free disk where evidence is kept.")

    def _queues(self) -> None:
        self._waiting = self._gauge("queue_waiting", "Rows waiting, or being worked on.", "queue")
        self._aside = self._gauge("queue_set_aside", "Rows that no retry can help.", "queue")
        self._age = self._gauge(
            "queue_oldest_overdue_seconds", "How long the oldest row has been due.", "queue"
        )

    def _channels(self) -> None:
        self._deliveries = self._counter(
            "deliveries", "Messages handed to a channel.", "channel", "klass", "outcome"
        )

    def delivered(self, channel: Channel, klass: DeliveryClass, outcome: str) -> None:
        """Count a delivery; `outcome` as in `tips.outcomes.Outcome`."""
        self._deliveries.labels(channel, klass, outcome).inc()

    def show_queues(self, depths: Mapping[str, Depth], now: datetime) -> None:
        """Show how the queues stand, by name."""
        for queue, depth in depths.items():
            self._waiting.labels(queue).set(depth.waiting)
            self._aside.labels(queue).set(depth.set_aside)
            self._age.labels(queue).set(overdue_seconds(depth, now))

    def show_free_disk(self, free: int) -> None:
        self._free.set(free)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"tinbao_{name}", meaning, labels, registry=self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"tinbao_{name}", meaning, labels, registry=self.registry)


def overdue_seconds(depth: Depth, now: datetime) -> float:
    if depth.oldest_due is None:
        return 0.0
    return max((now - depth.oldest_due).total_seconds(), 0.0)
