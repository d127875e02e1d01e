"""Random series for random_logs.py: what one tag of a run is, and the values that it takes.

Everything is valid: TensorBoard shows it. What it only shows as an error is in the fixtures.
"""

import io
import math
import random
import struct
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.audio.plugin_data_pb2 import AudioPluginData
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.image.plugin_data_pb2 import ImagePluginData
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData
from tensorboard.plugins.pr_curve.plugin_data_pb2 import PrCurvePluginData

Value = Summary.Value
Numbers = list[int] | list[float]


# The values of one step, in the file of this number; a mesh has a part of it in each of several.
Series = Callable[[random.Random, int], list[Value]]
Payload = Callable[[random.Random], Value]


class Dtype(NamedTuple):
    number: int
    code: str  # As the module struct has it.
    field: str  # Of a TensorProto, where its bytes are not in tensor_content.


FLOAT = Dtype(1, "f", "float_val")
DOUBLE = Dtype(2, "d", "double_val")
UINT8 = Dtype(4, "B", "int_val")
INT32 = Dtype(3, "i", "int_val")
DTYPES = [
    FLOAT,
    DOUBLE,
    UINT8,
    INT32,
    Dtype(5, "h", "int_val"),
    Dtype(6, "b", "int_val"),
    Dtype(9, "q", "int64_val"),
    Dtype(10, "?", "bool_val"),
    Dtype(17, "H", "int_val"),
    Dtype(19, "e", "half_val"),
    Dtype(22, "I", "uint32_val"),
    Dtype(23, "Q", "uint64_val"),
]
# TensorBoard's own decoder knows these two in tensor_content only.
BYTES_ONLY = "IQ"

ODD_FLOATS = [0.0, -0.0, math.nan, math.inf, -math.inf, 1e-45, 1e-310, 3.4028234663852886e38, 0.1]
WORDS = ["loss", "acc", "top 1", "größe", "損失", "a+b", "100%", "x,y", "q=1&r=2", "it's", '"q"']
WORDS += ["#1", "?", "%2F", "C:\\dir", "ωμέγα", "🚀", "e\u0301", "\u202eright to left", "<b>", "{}"]
WORDS += ["[0]", "a;b", "~", "$x^2$", "|", "*", "`", "@", "!", "layer_0", "very" * 40, "null", "0"]
PARAGRAPHS = [
    "plain words",
    "**bold** and *slanted* and `code`",
    "# A heading",
    "```\nx = 1 < 2\n```",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "[a link](https://example.org/a?b=c&d=e)",
    "größe 損失 🚀 & < > \" '",
    "<b>no markup of its own</b>",
    "two\nlines",
    "---",
]
# Where two of them meet, Python-Markdown makes one of them, and CommonMark does not.
CONTAINERS = ["- one\n- two\n- three", "1. first\n2. second", "> quoted", ""]


def encoded(form: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(file, form)
    return file.getvalue()


PICTURES = [encoded(form) for form in ("PNG", "GIF", "JPEG", "BMP", "WEBP", "TIFF")]
PICTURES += [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"garbage", b""]


def words(rng: random.Random) -> str:
    """Part of a name, a title, a label."""
    return rng.choice([" ", "_", "-", ".", ""]).join(rng.choices(WORDS, k=rng.randint(1, 2)))


def markdown(rng: random.Random) -> str:
    parts = rng.choices(PARAGRAPHS, k=rng.randint(1, 3))
    parts.insert(rng.randint(0, len(parts)), rng.choice(CONTAINERS))
    return "\n\n".join(parts)


def float_of(rng: random.Random, code: str = "d") -> float:
    """One that this many bits hold."""
    if rng.random() < 0.2:
        number = rng.choice(ODD_FLOATS)
    else:
        number = rng.choice([rng.gauss(0, 1), rng.uniform(-1e6, 1e6), float(rng.randint(-9, 9))])
    try:
        return struct.unpack(f"<{code}", struct.pack(f"<{code}", number))[0]
    except OverflowError:
        return 1.0


def number_of(rng: random.Random, dtype: Dtype) -> float | int:
    if dtype.code in "fde":
        return float_of(rng, dtype.code)
    if dtype.code == "?":
        return rng.random() < 0.5
    bits = 8 * struct.calcsize(dtype.code)
    lowest = 0 if dtype.code.isupper() else -(1 << (bits - 1))
    highest = lowest + (1 << bits) - 1
    return rng.choice([lowest, highest, max(lowest, -1), 0, 1, rng.randint(lowest, highest)])


def fill(tensor: TensorProto, dtype: Dtype, numbers: Numbers) -> None:
    """The field of its own that the dtype has."""
    if dtype.code == "e":
        numbers = list(struct.unpack(f"<{len(numbers)}H", pack(dtype, numbers)))
    getattr(tensor, dtype.field).extend(numbers)


def pack(dtype: Dtype, numbers: Numbers) -> bytes:
    return struct.pack(f"<{len(numbers)}{dtype.code}", *numbers)


def tensor_of(
    rng: random.Random, dtype: Dtype, shape: list[int], numbers: Numbers | None = None
) -> TensorProto:
    """These numbers, or some, in one of the ways in which a TensorProto may hold them."""
    count = math.prod(shape)
    numbers = [number_of(rng, dtype) for _ in range(count)] if numbers is None else numbers
    tensor = TensorProto(dtype=dtype.number)
    for size in shape:
        tensor.tensor_shape.dim.add(size=size)
    if not shape and rng.random() < 0.5:
        tensor.tensor_shape.SetInParent()
    if count == 0:
        return tensor
    if dtype.code not in BYTES_ONLY and rng.random() < 0.5:
        if rng.random() < 0.2:
            numbers = numbers[:1]  # Stands for all of them.
        fill(tensor, dtype, numbers)
    else:
        tensor.tensor_content = pack(dtype, numbers)
    return tensor


def strings(values: list[bytes], shape: list[int]) -> TensorProto:
    tensor = TensorProto(dtype=7, string_val=values)
    for size in shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def metadata_of(
    rng: random.Random, plugin: str, content: bytes, data_class: int = 0
) -> SummaryMetadata:
    metadata = SummaryMetadata()
    metadata.plugin_data.plugin_name = plugin
    metadata.plugin_data.content = content
    if rng.random() < 0.3:
        metadata.display_name = words(rng)
    if rng.random() < 0.3:
        metadata.summary_description = markdown(rng)
    if rng.random() < 0.5:
        metadata.data_class = data_class
    return metadata


def stream(tag: str, metadata: SummaryMetadata | None, payload: Payload) -> Series:
    """A tag whose values have the metadata every time, or the first time in a file, or none."""
    files = set()
    each_time = random.Random(tag).random() < 0.5

    def values(rng: random.Random, file: int) -> list[Value]:
        value = payload(rng)
        value.tag = tag
        if metadata is not None and (each_time or file not in files):
            value.metadata.CopyFrom(metadata)
        elif metadata is not None and rng.random() < 0.1:
            # Too late to change anything.
            value.metadata.plugin_data.plugin_name = metadata.plugin_data.plugin_name
            value.metadata.display_name = "another name"
        files.add(file)
        return [value]

    return values


def as_tensor(make: Callable[[random.Random], TensorProto]) -> Payload:
    return lambda rng: Value(tensor=make(rng))


def scalar(rng: random.Random, tag: str) -> Series:
    dtype = rng.choice(DTYPES)
    shape = rng.choice([[], [], [], [1], [1, 1]])

    def simple(rng: random.Random) -> Value:
        return Value(simple_value=float_of(rng, "f"))

    tensor = as_tensor(lambda rng: tensor_of(rng, dtype, shape))
    metadata = metadata_of(rng, "scalars", b"", 1)
    style = rng.random()
    if style < 0.25:
        return stream(tag, None, simple)
    if style < 0.4:
        return stream(tag, metadata, simple)
    if style < 0.45:
        return stream(tag, metadata, lambda rng: rng.choice([simple, tensor])(rng))
    return stream(tag, metadata, tensor)


def histogram(rng: random.Random, tag: str) -> Series:
    if rng.random() < 0.4:
        metadata = metadata_of(rng, "histograms", b"") if rng.random() < 0.3 else None
        return stream(tag, metadata, old_histogram)
    dtype = rng.choice([FLOAT, DOUBLE])
    metadata = metadata_of(rng, "histograms", rng.choice([b"", b"{}"]), 2)
    count = rng.choice([0, 1, 2, 5, 30])

    def buckets(rng: random.Random) -> TensorProto:
        edge = round(rng.uniform(-5, 5), 2)
        numbers = []
        for _ in range(count):
            right = edge + rng.choice([0.0, 0.5, 1.25])
            numbers += [edge, right, float(rng.choice([0, 0, 1, 7, 1e9, 0.5]))]
            edge = right
        if count and rng.random() < 0.1:
            numbers[0] = rng.choice(ODD_FLOATS[2:5])
        return tensor_of(rng, dtype, [count, 3], numbers)

    return stream(tag, metadata, as_tensor(buckets))


def old_histogram(rng: random.Random) -> Value:
    limits = sorted(round(rng.uniform(-5, 5), 3) for _ in range(rng.choice([1, 2, 6])))
    if rng.random() < 0.5:
        limits[-1] = 1.7976931348623157e308
    counts = [float(rng.choice([0, 0, 1, 12])) for _ in limits]
    odd = rng.random() < 0.1
    histo = HistogramProto(
        min=math.nan if odd else limits[0] - 0.25,
        max=math.inf if odd else 5.5,
        num=sum(counts),
        sum=1.5,
        sum_squares=2.5,
        bucket_limit=limits,
        bucket=counts,
    )
    return Value(histo=histo)


def text(rng: random.Random, tag: str) -> Series:
    shape = rng.choice([[], [], [1], [3], [2, 2], [0], [2, 1, 2], [1, 1, 1, 1]])

    def cells(rng: random.Random) -> TensorProto:
        count = math.prod(shape)
        if count > 1 and rng.random() < 0.1:
            count = 1  # Stands for all of them.
        return strings([markdown(rng).encode() for _ in range(count)], shape)

    metadata = metadata_of(rng, "text", rng.choice([b"", b"{}"]), 2)
    return stream(tag, metadata, as_tensor(cells))


def image(rng: random.Random, tag: str) -> Series:
    if rng.random() < 0.3:

        def old(rng: random.Random) -> Value:
            size = rng.randint(0, 40)
            return Value(
                image=Summary.Image(
                    height=size,
                    width=2 * size,
                    colorspace=3,
                    encoded_image_string=rng.choice(PICTURES),
                )
            )

        return stream(tag, metadata_of(rng, "images", b"") if rng.random() < 0.3 else None, old)

    def batch(rng: random.Random) -> TensorProto:
        pictures = rng.choices(PICTURES, k=rng.choice([0, 1, 1, 3]))
        return strings([b"4", b"2", *pictures], [2 + len(pictures)])

    content = ImagePluginData(converted_to_tensor=rng.random() < 0.5).SerializeToString()
    return stream(tag, metadata_of(rng, "images", content, 3), as_tensor(batch))


def clip(rng: random.Random) -> bytes:
    return b"RIFF" + rng.randbytes(rng.choice([0, 4, 40]))


def audio(rng: random.Random, tag: str) -> Series:
    if rng.random() < 0.3:

        def old(rng: random.Random) -> Value:
            sound = Summary.Audio(
                sample_rate=44100.0,
                num_channels=1,
                length_frames=10,
                encoded_audio_string=clip(rng),
                content_type="audio/wav",
            )
            return Value(audio=sound)

        return stream(tag, metadata_of(rng, "audio", b"") if rng.random() < 0.3 else None, old)

    # The same at each step: TensorBoard answers 500 to a sample as large as the count of some step.
    count = rng.choice([1, 1, 2])

    def clips(rng: random.Random) -> TensorProto:
        parts = [part for _ in range(count) for part in (clip(rng), words(rng).encode())]
        return strings(parts, [count, 2])

    encoding = rng.choice([0, 11])
    return stream(
        tag,
        metadata_of(rng, "audio", AudioPluginData(encoding=encoding).SerializeToString()),
        as_tensor(clips),
    )


def pr_curve(rng: random.Random, tag: str) -> Series:
    count = rng.choice([1, 2, 5, 20])

    def curve(rng: random.Random) -> TensorProto:
        counts = [float(rng.choice([0, 1, 52, 1e6])) for _ in range(4 * count)]
        if rng.random() < 0.3:
            counts[count // 2 : count] = [0.0] * (count - count // 2)
            counts[count + count // 2 : 2 * count] = [0.0] * (count - count // 2)
        shares = [rng.choice([0.0, 1.0, 0.25, 0.1]) for _ in range(2 * count)]
        return tensor_of(rng, FLOAT, [6, count], counts + shares)

    content = PrCurvePluginData(num_thresholds=count).SerializeToString()
    return stream(tag, metadata_of(rng, "pr_curves", content, 2), as_tensor(curve))


def mesh(rng: random.Random, tag: str) -> Series:
    """Up to three series that share a name, of which the tag is only a part."""
    batch, points = rng.choice([1, 1, 2]), rng.choice([1, 3, 10])
    of_floats = rng.random() < 0.5  # As torch and tensorboardX write all of them.
    parts = rng.choice([[1], [1, 2], [1, 3], [1, 2, 3]])
    components = rng.choice([0, sum(1 << part for part in parts)])
    streams = []
    for part in parts:
        shape = [batch, points, 3]
        content = MeshPluginData(
            name=tag,
            content_type=part,
            json_config=rng.choice(["", "null", '{"camera": {"fov": 75}}']),
            shape=shape,
            components=components,
        )
        dtype = FLOAT if of_floats else {1: FLOAT, 2: INT32, 3: UINT8}[part]

        def numbers(rng: random.Random, shape=shape, dtype=dtype) -> TensorProto:
            # What fits all three kinds of numbers that they are served as.
            small = [rng.randint(0, 200) for _ in range(math.prod(shape))]
            return tensor_of(rng, dtype, shape, [float(n) for n in small] if of_floats else small)

        metadata = metadata_of(rng, "mesh", content.SerializeToString(), 2)
        streams.append(stream(f"{tag}_{part}", metadata, as_tensor(numbers)))
    return lambda rng, file: [value for one in streams for value in one(rng, file)]


def layout(rng: random.Random, _: str) -> Series:
    """A page of custom scalars: one tag, and titles that no other run has."""
    page = Layout()
    category = page.category.add(title=f"{words(rng)} {rng.random()}", closed=rng.random() < 0.5)
    for _ in range(rng.randint(0, 2)):
        chart = category.chart.add(title=words(rng))
        if rng.random() < 0.5:
            chart.multiline.tag.extend([words(rng), ".*"])
        else:
            chart.margin.series.add(value="loss", lower="low", upper=words(rng))
    tensor = strings([page.SerializeToString()], [])
    return stream(
        "custom_scalars__config__",
        metadata_of(rng, "custom_scalars", b"", 2),
        as_tensor(lambda rng: tensor),
    )


def graph(rng: random.Random) -> bytes:
    made = GraphDef()
    for number in range(rng.randint(0, 3)):
        node = made.node.add(name=f"{words(rng)}/{number}", op=rng.choice(["Const", "MatMul"]))
        node.input.extend(other.name for other in made.node[:number])
        node.attr["T"].type = 1
        node.attr["label"].s = words(rng).encode()
    return made.SerializeToString()


def of_unknown_plugin(rng: random.Random, tag: str) -> Series:
    """A plugin that nobody has written yet, which no route shows."""
    metadata = metadata_of(rng, "weather", rng.randbytes(4), rng.randint(2, 3))
    return stream(tag, metadata, as_tensor(lambda rng: strings([b"rain"], [1])))


KINDS: list[tuple[Callable[[random.Random, str], Series], int]] = [
    (scalar, 6),
    (histogram, 2),
    (text, 2),
    (image, 2),
    (audio, 2),
    (pr_curve, 2),
    (mesh, 1),
    (layout, 1),
    (of_unknown_plugin, 1),
]


def some_series(rng: random.Random, tag: str) -> Series:
    kinds, weights = zip(*KINDS, strict=True)
    return rng.choices(kinds, weights)[0](rng, tag)
