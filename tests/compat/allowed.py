"""The only places where an answer of ours may differ from TensorBoard's, each with its reason.

Keyed by fixture folder, plugin, run (of the folder) and tag; `steps` is what ours must answer.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from compare import Difference


class Allowed(NamedTuple):
    reason: str
    # The steps of a series as we answer it: nothing where we leave it out.
    steps: list[int] | None = None


Place = tuple[str, str, str, str]

BAD_RECORD = "one bad record does not hide those behind it"
BFLOAT16 = "TensorBoard answers 500; we decode bfloat16"
BAD_TAG = "TensorBoard answers 500 for every run because of one tag"
HTML_BLOCK = "in CommonMark what follows a script on its line belongs to it; escaped either way"
AFTER_BAD_RECORD = [0, 1, 2, 3, 5, 6, 7, 8, 9]

ALLOWED: dict[Place, Allowed] = {
    ("broken-data-crc", "scalars", "bad", "loss"): Allowed(BAD_RECORD, AFTER_BAD_RECORD),
    ("broken-data-byte", "scalars", "bad", "loss"): Allowed(BAD_RECORD, AFTER_BAD_RECORD),
    ("broken-bad-proto", "scalars", "bad", "loss"): Allowed(BAD_RECORD, AFTER_BAD_RECORD),
    ("parity/text", "text", ".", "samples/script/text_summary"): Allowed(HTML_BLOCK),
    ("torch-audio-text", "text", "a", "doc/readme/text_summary"): Allowed(HTML_BLOCK),
    ("parity/text", "text", ".", "samples/tab/text_summary"): Allowed(
        "Python-Markdown writes tabs as blanks"
    ),
    ("metadata-rules", "scalars", "r", "scalar_class_tensor_rank1"): Allowed(
        "TensorBoard answers 500; a scalar with two numbers is skipped and counted"
    ),
    ("tensor-encodings", "scalars", "r", "scalar/bf16"): Allowed(BFLOAT16, [0]),
    ("tf-raw-write", "scalars", ".", "sc/bf16"): Allowed(BFLOAT16, [0]),
    ("tf1-tb-v1-pb", "custom_scalars", "b", ""): Allowed(
        "TensorBoard forgets charts that a third layout adds to a category of the second"
    ),
}

# Plugins that show scalars, too: what is allowed there is allowed here.
SHOW_SCALARS = {"timeseries", "custom_scalars", "hparams"}

# Folders whose presence alone makes TensorBoard answer 500 to everybody: they are compared with
# expected.json only, and this is what we list of their scalars.
LOSS = {"loss": {"displayName": "loss", "description": ""}}
SICK = {
    "broken-bad-plugin-content": {
        "bad": {"bad_content": {"displayName": "", "description": ""}, **LOSS},
        "good": LOSS,
    },
    "broken-metadata-only-value": {"bad": LOSS, "good": LOSS},
}

# Folders that end TensorBoard's loading of all others: one claims a length that it believes, the
# other holds a record that is no event.
DEADLY = {"broken-huge-length", "broken-bad-proto"}

# Plugins that TensorBoard calls active, by folder, although it shows nothing of theirs.
EMPTY_TABS = {
    # Of a tag whose first value has no metadata a later one's plugin counts, but is not shown.
    ("metadata-rules", "text"),
}


class Rule(NamedTuple):
    """What random log directories may differ in, wherever it comes up."""

    reason: str
    explains: Callable[[Difference], bool]


RULES = [
    Rule(
        "TensorBoard rounds the step that it is asked for to a float64, and finds nothing",
        lambda d: (d.plugin, d.route, d.theirs) == ("mesh", "data", "b''"),
    ),
    Rule(
        "CommonMark takes apart differently what follows the description of another run at once",
        lambda d: d.tag == "tagDescriptions" and "Multiple descriptions" in d.ours,
    ),
]

# In parity/hparams a session's is NaN.
ORDERED_ACCURACY = re.compile(r'"hparam/accuracy"\}, "missingValuesFirst": \w+, "order"')

# Of a table that is a whole directory's.
HPARAMS_RULES = [
    Rule(
        "TensorBoard answers 500 to values that nothing has, but only where no session is left",
        lambda d: (
            '"filterDiscrete": [null' in (d.request or "")
            and d.theirs == "an internal error"
            and '"totalSize": 0' in d.ours
        ),
    ),
    Rule(
        "TensorBoard's order of a column with NaN depends on how its sorting goes about it",
        lambda d: bool(ORDERED_ACCURACY.search(d.request or "")),
    ),
]
