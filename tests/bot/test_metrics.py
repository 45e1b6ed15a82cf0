"""What an operator watches."""

from datetime import timedelta

from prometheus_client import generate_latest

from bot.metrics import Metrics
from storage.depth import Depth
from storage.states import Channel, DeliveryClass
from tests.clock import FakeClock


def test_queues_show_depth_age_and_what_was_set_aside(clock: FakeClock) -> None:
    metrics = Metrics()
    due, came = (clock() - timedelta(seconds=s) for s in (90, 600))
    metrics.show_queues({"inbox": Depth(3, 1, due, 4, came)}, clock())
    shown = {"queue": "inbox"}
    assert metrics.registry.get_sample_value("tinbao_queue_waiting", shown) == 3
    assert metrics.registry.get_sample_value("tinbao_queue_set_aside", shown) == 1
    assert metrics.registry.get_sample_value("tinbao_queue_most_attempts", shown) == 4
    assert metrics.registry.get_sample_value("tinbao_queue_oldest_overdue_seconds", shown) == 90
    assert metrics.registry.get_sample_value("tinbao_queue_oldest_seconds", shown) == 600


def test_what_is_due_later_or_never_is_not_overdue(clock: FakeClock) -> None:
    metrics = Metrics()
    later = Depth(1, 0, clock() + timedelta(hours=1))
    metrics.show_queues({"inbox": later, "outbox": Depth(0, 0, None)}, clock())
    for queue in ("inbox", "outbox"):
        age = metrics.registry.get_sample_value(
            "tinbao_queue_oldest_overdue_seconds", {"queue": queue}
        )
        assert age == 0


def test_everything_that_happens_is_counted() -> None:
    metrics = Metrics()
    metrics.delivered(Channel.TELEGRAM, DeliveryClass.ALERT, "sent")
    metrics.delivered(Channel.TELEGRAM, DeliveryClass.ALERT, "paused")
    metrics.received(Channel.TELEGRAM)
    metrics.filed(2)
    guarded = metrics.guards(Channel.TELEGRAM)
    guarded.sign("other_poller", True)
    guarded.waiting(3)
    metrics.show_free_disk(10)
    text = generate_latest(metrics.registry).decode()
    for line in (
        'tinbao_deliveries_total{channel="telegram",klass="alert",outcome="sent"} 1.0',
        'tinbao_rate_limited_total{channel="telegram"} 1.0',
        'tinbao_updates_received_total{channel="telegram"} 1.0',
        "tinbao_tips_filed_total 2.0",
        'tinbao_token_suspected{channel="telegram",sign="other_poller"} 1.0',
        'tinbao_platform_updates_waiting{channel="telegram"} 3.0',
        "tinbao_disk_free_bytes 10.0",
    ):
        assert line in text


def test_no_label_says_where_or_about_what() -> None:
    metrics = Metrics()
    metrics.delivered(Channel.WEB, DeliveryClass.ALERT, "sent")
    metrics.guards(Channel.TELEGRAM).sign("other_poller", True)
    labels = {
        label
        for family in metrics.registry.collect()
        for sample in family.samples
        for label in sample.labels
        if family.name.startswith("tinbao_")
    }
    assert labels <= {"channel", "queue", "klass", "outcome", "sign"}


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.delivered(Channel.TELEGRAM, DeliveryClass.ALERT, "sent")
    labels = {"channel": "telegram", "klass": "alert", "outcome": "sent"}
    assert first.registry.get_sample_value("tinbao_deliveries_total", labels) == 1
    assert second.registry.get_sample_value("tinbao_deliveries_total", labels) is None


def test_a_poll_is_shown_as_its_moment_and_as_zero_before_the_first(clock: FakeClock) -> None:
    metrics = Metrics()
    moments = iter([None, clock()])
    metrics.polls(Channel.TELEGRAM, lambda: next(moments))
    name, labels = "tinbao_last_poll_timestamp_seconds", {"channel": "telegram"}
    shown = [metrics.registry.get_sample_value(name, labels) for _ in range(2)]
    assert shown == [0.0, clock().timestamp()]
