"""The example rules and the operations page name metrics that are there, and every metric is explained."""

import re

from bot.metrics import Metrics
from tests.bot import plain_yaml
from tests.docs.tables import DOCS

NAME = re.compile(r"\btinbao_[a-z_]+")
RULES = (DOCS / "alerts.yml").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")


def samples() -> set[str]:
    """The names that Prometheus sees: those of counters end in _total."""
    families = [f for f in Metrics().registry.collect() if f.name.startswith("tinbao_")]
    return {f"{f.name}_total" if f.type == "counter" else f.name for f in families}


def expressions() -> list[str]:
    return re.findall(r"^ +expr: (.+)$", RULES, re.MULTILINE)


def test_every_metric_in_a_rule_is_there() -> None:
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert named
    assert named - samples() == set()


def test_every_metric_is_explained_and_every_explained_one_is_there() -> None:
    table = set(re.findall(r"^\| `(tinbao_[a-z_]+)`", OPERATIONS, re.MULTILINE))
    assert table == samples()


def test_every_rule_has_a_name_an_expression_a_severity_and_a_sentence() -> None:
    plain = re.sub(r"^( +expr:) .+$", r"\1 x", RULES, flags=re.MULTILINE)
    plain = re.sub(r"^( +summary:) .+$", r"\1 x", plain, flags=re.MULTILINE)
    (group,) = plain_yaml.read(plain)["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(names) == len(set(names)) == len(expressions())
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}


def test_every_rule_is_on_the_operations_page() -> None:
    for name in re.findall(r"alert: (\w+)", RULES):
        assert f"`{name}`" in OPERATIONS


def test_expressions_are_balanced() -> None:
    for expression in expressions():
        assert all(expression.count(a) == expression.count(b) for a, b in ("()", "[]", "{}"))
