"""What the hparams routes are asked of a log directory: far more than a page asks."""

import json
import random
from collections.abc import Iterator

from sites import Json

STATUSES = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
ALL = {"experimentName": "", "allowedStatuses": STATUSES, "startIndex": 0, "sliceSize": 100_000}
RANDOM_QUESTIONS = 60  # A log directory.

PATTERNS = ["", ".*", "a", "^s", "d$", "[ab]", "(s|a)d", r"\.", "^$", "é"]
INTERVALS: list[tuple[Json, Json]] = [
    (0, 1),
    (0.1, 0.1),
    (1, 0),
    (-5, 1e300),
    ("-Infinity", "Infinity"),
    (0.01, "Infinity"),
    ("NaN", 1),
]
SETS: list[list[Json]] = [
    [],
    [0.1],
    [1, "s"],
    [True],
    [False, 2],
    ["adam", "sgd", "true", "1.0"],
    [None, [1], {"a": 1}],
    ["", 0],
]
PAGES = [(0, 0), (0, 1), (1, 2), (-1, 1), (-2, 5), (-2, 1), (0, -1), (3, -1), (2, -1), (5, 100)]
PAGES += [(2**31 - 1, 2**31 - 1), (-(2**31), 2**31 - 1), (-(2**31), -(2**31))]


def filters() -> list[Json]:
    found: list[Json] = [{"filterRegexp": pattern} for pattern in PATTERNS]
    found += [{"filterInterval": {"minValue": low, "maxValue": high}} for low, high in INTERVALS]
    found += [{"filterDiscrete": values} for values in SETS]
    return found


def columns(experiment: Json) -> list[Json]:
    """Those that there are, and some that are not."""
    found: list[Json] = [{"hparam": info["name"]} for info in experiment["hparamInfos"]]
    found += [{"metric": info["name"]} for info in experiment["metricInfos"]]
    found += [{"hparam": ""}, {"hparam": "no such parameter"}]
    found += [{"metric": {"tag": "no such metric"}}, {"metric": {}}]
    return found


def orders() -> Iterator[Json]:
    for order in ("ORDER_ASC", "ORDER_DESC"):
        for first in (False, True):
            yield {"order": order, "missingValuesFirst": first}


def column_questions(column: Json) -> Iterator[Json]:
    for order in orders():
        yield {"colParams": [{**column, **order}]}
    for one in filters():
        for exclude in (False, True):
            yield {"colParams": [{**column, **one, "excludeMissingValues": exclude}]}
    yield {"colParams": [{**column, "excludeMissingValues": True}]}
    yield {"colParams": [{**column, "includeInResult": True}]}
    yield {"colParams": [{**column, "includeInResult": False}]}
    yield {"colParams": [column]}


def random_question(rng: random.Random, experiment: Json) -> Json:
    """Several columns at once, with filters, orders, a page and an aggregation."""
    question: Json = {"colParams": []}
    for _ in range(rng.randint(1, 4)):
        column = dict(rng.choice(columns(experiment)))
        if rng.random() < 0.5:
            column |= rng.choice(list(orders()))
        if rng.random() < 0.3:
            column |= rng.choice(filters())
        if rng.random() < 0.3:
            column["excludeMissingValues"] = rng.random() < 0.5
        if rng.random() < 0.3:
            column["includeInResult"] = rng.random() < 0.7
        question["colParams"].append(column)
    if rng.random() < 0.3:
        question["allowedStatuses"] = rng.sample(STATUSES, rng.randint(0, 4))
    if rng.random() < 0.3:
        question["startIndex"], question["sliceSize"] = rng.choice(PAGES)
    metrics = [info["name"] for info in experiment["metricInfos"]]
    if metrics and rng.random() < 0.5:
        question["aggregationType"] = rng.randint(0, 4)
        question["aggregationMetric"] = rng.choice(metrics)
    return question


def group_questions(experiment: Json) -> Iterator[Json]:
    yield {}
    for column in columns(experiment):
        yield from column_questions(column)
    metrics = [{"aggregationMetric": info["name"]} for info in experiment["metricInfos"]]
    for aggregation in (0, 1, 2, 3, 4, "AGGREGATION_AVG", "AGGREGATION_MIN", 7):
        for metric in [*metrics, {}, {"aggregationMetric": {"tag": "no such metric"}}]:
            yield {"aggregationType": aggregation, **metric}
    for statuses in ([], STATUSES[:2], STATUSES[2:], ["STATUS_RUNNING"], [1], [0, 0, 9]):
        yield {"allowedStatuses": statuses}
    for start, size in PAGES:
        yield {"startIndex": start, "sliceSize": size}
    yield {"includeMetrics": False}
    yield {"includeMetrics": True}
    rng = random.Random(json.dumps(columns(experiment), sort_keys=True))
    for _ in range(RANDOM_QUESTIONS):
        yield random_question(rng, experiment)


EXPERIMENT_QUESTIONS: list[Json] = [
    {},
    {"experimentName": "x"},
    {"includeMetrics": False},
    {"includeMetrics": True, "hparamsLimit": 0},
    *[{"hparams_limit": limit} for limit in (1, 2, 1000, -1, -100, 2**31 - 1)],
]

# No request, or none of the message.
BAD_TEXTS = ["", " ", "x", "[]", "null", "5", '"a"', "{", "{}}", "{} {}", "{'a': 1}", "{a: 1}"]
BAD_TEXTS += ['{"a": 1,}', '{"unknown": 1}', '{"experimentName": 5}', '{"experimentName": ["x"]}']
BAD_TEXTS += ['{"experimentName": "\\ud800"}', "\ufeff{}", "// x\n{}", '{"experimentName": true}']
BAD_TEXTS += ['{"includeMetrics": "true"}', '{"includeMetrics": 1}', '{"includeMetrics": null}']
BAD_TEXTS += ['{"includeMetrics": true, "include_metrics": false}', '{"experimentName": null}']
BAD_TEXTS += ['{"experimentName": "a", "experimentName": "b"}', '{"ExperimentName": ""}']

BAD_COLUMNS = ["{}", "null", "5", '{"hparam": null}', '{"hparam": 5}', '{"metric": null}']
BAD_COLUMNS += ['{"metric": "loss"}', '{"metric": {"name": "loss"}}', '{"order": "ORDER_ASC"}']
BAD_COLUMNS += ['{"hparam": "lr", "metric": {"tag": "x"}}', '{"hparam": "lr", "hparam": "x"}']
BAD_COLUMNS += [
    f'{{"hparam": "lr", {rest}}}'
    for rest in (
        '"order": 3',
        '"order": "ORDER_NONE"',
        '"order": "1"',
        '"order": "order_asc"',
        '"order": 1.0',
        '"order": true',
        '"order": null',
        '"missingValuesFirst": 1',
        '"filterRegexp": "["',
        '"filterRegexp": "(?P<a"',
        '"filterRegexp": 5',
        '"filterRegexp": "a", "filterDiscrete": []',
        '"filterInterval": [0, 1]',
        '"filterInterval": {}',
        '"filterInterval": {"minValue": 1}',
        '"filterInterval": {"minValue": "0.05", "maxValue": "1e1"}',
        '"filterInterval": {"minValue": "x"}',
        '"filterInterval": {"minValue": NaN}',
        '"filterInterval": {"minValue": Infinity}',
        '"filterInterval": {"minValue": "inf"}',
        '"filterInterval": {"minValue": "-inf", "maxValue": "infinity"}',
        '"filterInterval": {"minValue": true}',
        '"filterInterval": {"minValue": null, "maxValue": 1}',
        '"filterDiscrete": {"values": [1]}',
        '"filterDiscrete": 5',
        '"filterDiscrete": null',
        '"excludeMissingValues": "x"',
        '"includeInResult": null',
        '"includeInResult": "false"',
    )
]
BAD_NUMBERS = ['"3"', '"3.0"', "3.0", "3e0", "3.5", '"x"', '" 3"', "true", "null", "[3]", "-0"]
BAD_NUMBERS += [str(2**31), str(-(2**31) - 1), "1e400", '""', "03", "1_0", '"+3"']
BAD_STATUSES = ["null", "5", '"STATUS_SUCCESS"', "[null]", '["STATUS_NONE"]', "[-1]", "[1.0]"]
BAD_STATUSES += ["[1.5]", '["1"]', "[true]", "[[1]]", '["status_success"]', '[""]', "{}"]


def bad_group_texts() -> Iterator[str]:
    yield from BAD_TEXTS
    every = json.dumps(ALL)[1:-1]
    for column in BAD_COLUMNS:
        yield f'{{{every}, "colParams": [{column}]}}'
    for columns_ in ("null", "5", "{}", "[[]]"):
        yield f'{{{every}, "colParams": {columns_}}}'
    for number in BAD_NUMBERS:
        yield f'{{"allowedStatuses": [0, 1, 2, 3], "sliceSize": {number}}}'
        yield f'{{"allowedStatuses": [0, 1, 2, 3], "sliceSize": 3, "start_index": {number}}}'
    for statuses in BAD_STATUSES:
        yield f'{{"sliceSize": 9, "allowedStatuses": {statuses}}}'
    for aggregation in ("null", "true", '"AVG"', "-1", "1.0", '"2"', "{}"):
        yield f'{{{every}, "aggregationType": {aggregation}}}'
    for metric in ("null", '"x"', "{}", '{"group": 5}', '{"tag": "x", "run": "r"}'):
        yield f'{{{every}, "aggregationType": 3, "aggregationMetric": {metric}}}'


def evals_questions(session: str, experiment: Json) -> Iterator[Json]:
    for info in experiment["metricInfos"]:
        yield {"sessionName": session, "metricName": info["name"]}
    for group in ("", "/", ".", "no/such", "/" + session):
        yield {"sessionName": session, "metricName": {"group": group, "tag": "loss"}}


BAD_EVALS: list[Json] = [
    {},
    {"sessionName": "no such session", "metricName": {"tag": "loss"}},
    {"sessionName": "/", "metricName": {"tag": "loss"}},
    {"metricName": {"group": "s0", "tag": ""}},
    {"sessionName": 5},
    {"metricName": "loss"},
]

# What of the columns is shown.
VISIBILITIES = ["[]", "[true]", "[false, true, true]", '[true, false, 1, 0, null, "", "x", []]']
VISIBILITIES += [json.dumps([True] * 40)]
BAD_VISIBILITIES = ["", "x", "null", "5", "true", "[", "[true] []"]
FORMATS = ["csv", "json", "latex"]
