#include "wire/scalar_template.h"

#include <algorithm>

#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr uint32_t kEventSummary = 5;
constexpr uint32_t kSummaryValue = 1;
// Fields of Summary.Value.
constexpr uint32_t kSimpleValue = 2;
constexpr uint32_t kTensor = 8;
// Fields of TensorProto.
constexpr uint32_t kDtype = 1;
constexpr uint32_t kShape = 2;
constexpr uint32_t kContent = 4;
constexpr uint32_t kFloatValues = 5;
constexpr uint32_t kDoubleValues = 6;

// Where a number lies, whose bytes no size and no other field depends on.
struct Place {
  Number::Type type = Number::Type::kFloat32;
  const std::byte* at = nullptr;  // Null for none.
};

// The bytes of the only field of `message`, which has this number.
std::optional<Bytes> OnlyField(Bytes message, uint32_t number) {
  ProtoReader fields(message);
  ProtoField field;
  if (!fields.Next(field) || !field.Is(number, WireType::kBytes)) return std::nullopt;
  return fields.rest().empty() ? std::optional(field.bytes) : std::nullopt;
}

size_t SizeOf(Number::Type type) { return type == Number::Type::kFloat32 ? 4 : 8; }

// The one element of a tensor that says what it is in the usual fields and nothing else.
Place FindElement(Bytes tensor) {
  Place place;
  bool has_dtype = false;
  int elements = 0;
  ProtoReader fields(tensor);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(kDtype, WireType::kVarint)) {
      const auto dtype = static_cast<DataType>(static_cast<int32_t>(field.scalar));
      // It says how to read what comes behind it.
      if (has_dtype || elements > 0) return {};
      if (dtype != DataType::kFloat && dtype != DataType::kDouble) return {};
      place.type = dtype == DataType::kFloat ? Number::Type::kFloat32 : Number::Type::kFloat64;
      has_dtype = true;
      continue;
    }
    if (field.Is(kShape, WireType::kBytes)) continue;
    const bool is_float = place.type == Number::Type::kFloat32;
    const uint32_t values_field = is_float ? kFloatValues : kDoubleValues;
    const WireType unpacked = is_float ? WireType::kFixed32 : WireType::kFixed64;
    const bool is_bytes =
        field.Is(kContent, WireType::kBytes) || field.Is(values_field, WireType::kBytes);
    if (!has_dtype || (!is_bytes && !field.Is(values_field, unpacked))) return {};
    if (is_bytes && field.bytes.size() != SizeOf(place.type)) return {};
    place.at = fields.rest().data() - SizeOf(place.type);
    ++elements;
  }
  if (!fields.ok() || elements != 1) return {};
  return place;
}

Place FindNumber(Bytes value) {
  Place place;
  ProtoReader fields(value);
  ProtoField field;
  while (fields.Next(field)) {
    const ValueKind kind = ValueKindOf(field.number, field.type);
    if (kind == ValueKind::kNone) continue;
    if (place.at != nullptr) return {};  // Two of them.
    if (field.number == kSimpleValue) {
      place = {Number::Type::kFloat32, fields.rest().data() - sizeof(float)};
    } else if (field.number == kTensor) {
      place = FindElement(field.bytes);
    }
    if (place.at == nullptr) return {};
  }
  return fields.ok() ? place : Place{};
}

}  // namespace

namespace scalar_template_internal {
namespace {

// By the number of bytes of a step, with its tag: what they must be (the tag, and all but the last
// byte of a varint go on), and which bits of them are the number.
struct StepShape {
  uint64_t mask;
  uint64_t bytes;
  uint64_t number;
};
constexpr auto kStepShapes = [] {
  std::array<StepShape, ScalarTemplate::kMaxStepBytes + 1> shapes{};
  shapes[1] = {0, 1, 0};  // A tag without a number fits nothing.
  for (size_t count = 2; count < shapes.size(); ++count) {
    shapes[count] = {0xff, 0x10, 0};
    for (size_t i = 1; i < count; ++i) {
      shapes[count].mask |= uint64_t{0x80} << (8 * i);
      shapes[count].number |= uint64_t{0x7f} << (8 * i);
      if (i + 1 < count) shapes[count].bytes |= uint64_t{0x80} << (8 * i);
    }
  }
  return shapes;
}();

}  // namespace

const std::array<OfLength, ScalarTemplate::kMaxBytes + 1> kOfLength = [] {
  std::array<OfLength, ScalarTemplate::kMaxBytes + 1> all;
  const std::array<std::byte, ScalarTemplate::kMaxBytes> zeros{};
  for (uint64_t i = 0; i < all.size(); ++i) {
    const uint32_t crc = Crc32cPortable(std::as_bytes(std::span(&i, 1)));
    all[i] = {.length_crc = MaskCrc(crc), .crc_of_zeros = Crc32cPortable({zeros.data(), i})};
  }
  return all;
}();

std::optional<int64_t> ReadStep(uint64_t word, size_t size) {
  const StepShape& shape = kStepShapes[size];
  if ((word & shape.mask) != shape.bytes) return std::nullopt;
  // Joins groups of seven bits, each in a byte of its own.
  uint64_t step = (word & shape.number) >> 8;
  step = (step & 0x007f007f007f007f) | ((step & 0x7f007f007f007f00) >> 1);
  step = (step & 0x00003fff00003fff) | ((step & 0x3fff00003fff0000) >> 2);
  return static_cast<int64_t>((step & 0x000000000fffffff) | ((step & 0x0fffffff00000000) >> 4));
}

}  // namespace scalar_template_internal

std::optional<ScalarTemplate> ScalarTemplate::Learn(Bytes event) {
  if (event.size() <= kWallTimeBytes || event[0] != kWallTimeTag) return std::nullopt;
  Bytes rest = event.subspan(kWallTimeBytes);
  if (rest[0] == kStepTag) {
    ProtoReader step(rest.subspan(1));
    uint64_t ignored;
    if (!step.NextVarint(ignored)) return std::nullopt;
    rest = step.rest();
  }
  constexpr size_t kMaxRestBytes = kMaxBytes - kWallTimeBytes - kMaxStepBytes;
  if (rest.size() < sizeof(uint64_t) || rest.size() > kMaxRestBytes) return std::nullopt;
  const auto summary = OnlyField(rest, kEventSummary);
  if (!summary) return std::nullopt;
  const auto value = OnlyField(*summary, kSummaryValue);
  if (!value) return std::nullopt;
  const Place place = FindNumber(*value);
  if (place.at == nullptr) return std::nullopt;

  ScalarTemplate learned;
  const auto number_offset = static_cast<size_t>(place.at - rest.data());
  learned.size_ = static_cast<uint32_t>(rest.size());
  learned.number_from_end_ = static_cast<uint32_t>(rest.size() - number_offset);
  learned.type_ = place.type;
  // The window as it lies in memory, with zeros before the part behind the step.
  std::array<std::byte, kMaxBytes> bytes{};
  std::array<std::byte, kMaxBytes> mask{};
  const size_t begin = kMaxBytes - rest.size();
  std::copy(rest.begin(), rest.end(), bytes.begin() + begin);
  std::fill(mask.begin() + begin, mask.end(), std::byte{0xff});
  std::fill_n(bytes.begin() + begin + number_offset, SizeOf(place.type), std::byte{0});
  std::fill_n(mask.begin() + begin + number_offset, SizeOf(place.type), std::byte{0});
  for (size_t i = 0; i < learned.words_.size(); ++i) {
    const size_t at = kMaxBytes - sizeof(Vector) * (i + 1);
    std::memcpy(&learned.words_[i].bytes, bytes.data() + at, sizeof(Vector));
    std::memcpy(&learned.words_[i].mask, mask.data() + at, sizeof(Vector));
  }
  return learned;
}

bool ScalarTemplate::operator==(const ScalarTemplate& other) const {
  return size_ == other.size_ && number_from_end_ == other.number_from_end_ &&
         type_ == other.type_ && std::memcmp(&words_, &other.words_, sizeof(words_)) == 0;
}

}  // namespace stepscope
