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

std::optional<ScalarTemplate> ScalarTemplate::Learn(Bytes event) {
  if (event.size() <= kWallTimeBytes || event[0] != kWallTimeTag) return std::nullopt;
  Bytes rest = event.subspan(kWallTimeBytes);
  if (rest[0] == kStepTag) {
    ProtoReader step(rest.subspan(1));
    uint64_t ignored;
    if (!step.NextVarint(ignored)) return std::nullopt;
    rest = step.rest();
  }
  if (rest.size() < sizeof(uint64_t) || rest.size() > kMaxBytes) return std::nullopt;
  const auto summary = OnlyField(rest, kEventSummary);
  if (!summary) return std::nullopt;
  const auto value = OnlyField(*summary, kSummaryValue);
  if (!value) return std::nullopt;
  const Place place = FindNumber(*value);
  if (place.at == nullptr) return std::nullopt;

  ScalarTemplate learned;
  learned.size_ = static_cast<uint32_t>(rest.size());
  learned.number_offset_ = static_cast<uint32_t>(place.at - rest.data());
  learned.whole_words_ = static_cast<uint32_t>((rest.size() - 1) / sizeof(uint64_t));
  learned.type_ = place.type;
  std::array<std::byte, kMaxBytes> mask;
  mask.fill(std::byte{0xff});
  std::fill_n(mask.begin() + static_cast<ptrdiff_t>(learned.number_offset_), SizeOf(place.type),
              std::byte{0});
  const auto word_at = [&](size_t at) {
    Word word;
    std::memcpy(&word.bytes, rest.data() + at, sizeof(word.bytes));
    std::memcpy(&word.mask, mask.data() + at, sizeof(word.mask));
    return word;
  };
  for (size_t i = 0; i < learned.whole_words_; ++i) learned.words_[i] = word_at(8 * i);
  learned.last_ = word_at(rest.size() - 8);
  return learned;
}

}  // namespace stepscope
