#include "wire/tensor_view.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace stepscope {
namespace {

// The value fields of TensorProto.
enum Field : uint32_t {
  kDtypeField = 1,
  kShapeField = 2,
  kContentField = 4,
  kFloatField = 5,
  kDoubleField = 6,
  kIntField = 7,
  kStringField = 8,
  kInt64Field = 10,
  kBoolField = 11,
  kHalfField = 13,
  kUint32Field = 16,
  kUint64Field = 17,
};

// How the elements of a real numeric type are stored.
struct Encoding {
  uint32_t content_bytes = 0;  // Of one element in tensor_content; 0: not a real number.
  uint32_t field = 0;          // The repeated field that holds them otherwise.
  WireType field_type = WireType::kVarint;
};

Encoding EncodingOf(DataType dtype) {
  switch (dtype) {
    case DataType::kFloat:
      return {4, kFloatField, WireType::kFixed32};
    case DataType::kDouble:
      return {8, kDoubleField, WireType::kFixed64};
    case DataType::kInt32:
      return {4, kIntField};
    case DataType::kUint8:
      return {1, kIntField};
    case DataType::kInt16:
      return {2, kIntField};
    case DataType::kInt8:
      return {1, kIntField};
    case DataType::kUint16:
      return {2, kIntField};
    case DataType::kInt64:
      return {8, kInt64Field};
    case DataType::kBool:
      return {1, kBoolField};
    case DataType::kBfloat16:
      return {2, kHalfField};
    case DataType::kHalf:
      return {2, kHalfField};
    case DataType::kUint32:
      return {4, kUint32Field};
    case DataType::kUint64:
      return {8, kUint64Field};
    default:
      return {};
  }
}

float HalfToFloat(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const uint32_t exponent = (bits >> 10) & 0x1f;
  const uint32_t mantissa = bits & 0x3ff;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t wide_exponent = exponent == 0x1f ? 0xff : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide_exponent << 23 | mantissa << 13);
}

float Bfloat16ToFloat(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

// An element as tensor_content has it: its bytes, zero-extended.
Number NumberOfContent(DataType dtype, uint64_t bits) {
  switch (dtype) {
    case DataType::kFloat:
      return {Number::Type::kFloat32, bits};
    case DataType::kDouble:
      return {Number::Type::kFloat64, bits};
    case DataType::kInt32:
      return Number::Of(int64_t{static_cast<int32_t>(bits)});
    case DataType::kInt16:
      return Number::Of(int64_t{static_cast<int16_t>(bits)});
    case DataType::kInt8:
      return Number::Of(int64_t{static_cast<int8_t>(bits)});
    case DataType::kUint64:
      return Number::Of(bits);
    case DataType::kBool:
      return Number::Of(bits != 0);
    case DataType::kBfloat16:
      return Number::Of(Bfloat16ToFloat(static_cast<uint16_t>(bits)));
    case DataType::kHalf:
      return Number::Of(HalfToFloat(static_cast<uint16_t>(bits)));
    default:
      return Number::Of(static_cast<int64_t>(bits));  // uint8, uint16, uint32, int64.
  }
}

// An element as its value field has it.
Number NumberOfField(DataType dtype, uint64_t scalar) {
  switch (dtype) {
    case DataType::kUint8:
      return Number::Of(int64_t{static_cast<uint8_t>(scalar)});
    case DataType::kUint16:
      return Number::Of(int64_t{static_cast<uint16_t>(scalar)});
    case DataType::kUint32:
      return Number::Of(int64_t{static_cast<uint32_t>(scalar)});
    case DataType::kBfloat16:
    case DataType::kHalf: {
      // torch's add_tensor stores the bits of a float32 here (torch/utils/tensorboard/_utils.py):
      // more than 16 bits are that, unless they are the sign of a 16-bit integer.
      const auto wide = static_cast<uint32_t>(scalar);
      const uint32_t upper = wide >> 16;
      if (upper != 0 && upper != 0xffff) return Number::Of(std::bit_cast<float>(wide));
      return NumberOfContent(dtype, wide & 0xffff);
    }
    default:
      return NumberOfContent(dtype, scalar);
  }
}

uint64_t LoadElement(const std::byte* at, uint32_t bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, at, bytes);
  return bits;
}

// Calls `use` with the raw bits of every value of a repeated field, packed or not, in order, until
// it returns false. False for bytes that are no message.
template <typename Use>
bool ForEachValue(std::span<const std::byte> message, uint32_t number, WireType type, Use use) {
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.number != number) continue;
    if (field.type == type) {
      if (!use(field.scalar)) return true;
    } else if (field.type == WireType::kBytes) {
      ProtoReader packed(field.bytes);
      uint64_t value = 0;
      while (type == WireType::kVarint    ? packed.NextVarint(value)
             : type == WireType::kFixed32 ? packed.NextFixed32(value)
                                          : packed.NextFixed64(value)) {
        if (!use(value)) return true;
      }
      if (!packed.ok()) return false;
    }
  }
  return fields.ok();
}

// Calls `use` with the size of every dimension until it returns false, which fails the shape.
template <typename Use>
bool ForEachDimension(std::span<const std::byte> shape, Use use) {
  ProtoReader dimensions(shape);
  ProtoField dimension;
  while (dimensions.Next(dimension)) {
    if (!dimension.Is(2, WireType::kBytes)) continue;
    int64_t size = 0;
    ProtoReader fields(dimension.bytes);
    ProtoField field;
    while (fields.Next(field)) {
      if (field.Is(1, WireType::kVarint)) size = field.AsInt64();
    }
    if (!fields.ok() || !use(size)) return false;
  }
  return dimensions.ok();
}

Error BrokenTensor() { return {Code::kDataLoss, "bytes are no tensor"}; }
Error NotOneElement() { return {Code::kOutOfRange, "tensor does not hold exactly one element"}; }
Error NotANumber() { return {Code::kInvalidArgument, "tensor's type is no real number"}; }
Error ShapeMismatch() {
  return {Code::kInvalidArgument, "tensor's content does not fit its shape"};
}
Error TooManyElements(uint64_t count, uint64_t max_elements) {
  return {Code::kResourceExhausted, "a tensor has " + std::to_string(count) +
                                        " elements; at most " + std::to_string(max_elements) +
                                        " can be shown"};
}

// Spreads the elements found over a shape of `count`, as make_ndarray does: a single one is
// repeated, otherwise they must be as many as the shape says.
template <typename T>
Result<std::vector<T>> FillShape(std::vector<T> elements, uint64_t count) {
  if (elements.size() == 1) elements.resize(count, T(elements.front()));
  if (elements.size() != count) return ShapeMismatch();
  return elements;
}

// The bytes of a float32 scalar as TensorFlow 2 and torch's new_style write it: the same but for
// the number itself. Nothing for any other tensor.
std::optional<Number> DecodeUsualScalar(std::span<const std::byte> tensor_proto) {
  constexpr std::string_view kTensorFlow("\x08\x01\x12\x00\x22\x04", 6);  // Shape [], content.
  constexpr std::string_view kTorch("\x08\x01\x2a\x04", 4);               // float_val alone.
  const auto is = [&](std::string_view head) {
    return tensor_proto.size() == head.size() + sizeof(float) &&
           std::memcmp(tensor_proto.data(), head.data(), head.size()) == 0;
  };
  if (!is(kTensorFlow) && !is(kTorch)) return std::nullopt;
  const std::byte* const number = tensor_proto.data() + tensor_proto.size() - sizeof(float);
  return Number{Number::Type::kFloat32, LoadElement(number, sizeof(float))};
}

}  // namespace

Number Number::Of(float value) { return {Type::kFloat32, std::bit_cast<uint32_t>(value)}; }
Number Number::Of(double value) { return {Type::kFloat64, std::bit_cast<uint64_t>(value)}; }
Number Number::Of(int64_t value) { return {Type::kInt64, static_cast<uint64_t>(value)}; }
Number Number::Of(uint64_t value) { return {Type::kUint64, value}; }
Number Number::Of(bool value) { return {Type::kBool, value ? uint64_t{1} : uint64_t{0}}; }

double Number::AsDouble() const {
  switch (type) {
    case Type::kFloat32:
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    case Type::kFloat64:
      return std::bit_cast<double>(bits);
    case Type::kInt64:
      return static_cast<double>(static_cast<int64_t>(bits));
    case Type::kUint64:
    case Type::kBool:
      return static_cast<double>(bits);
  }
  return 0;
}

std::optional<std::vector<int64_t>> ParseTensorShape(std::span<const std::byte> message) {
  std::vector<int64_t> shape;
  const bool is_valid = ForEachDimension(message, [&](int64_t size) {
    shape.push_back(size);
    return shape.size() <= TensorView::kMaxRank;
  });
  if (!is_valid) return std::nullopt;
  return shape;
}

std::optional<TensorView> TensorView::Parse(std::span<const std::byte> message) {
  TensorView tensor;
  tensor.message_ = message;
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(kDtypeField, WireType::kVarint)) {
      tensor.dtype_ = static_cast<DataType>(static_cast<int32_t>(field.scalar));
    } else if (field.Is(kShapeField, WireType::kBytes)) {
      tensor.has_shape_ = true;
      // A message that comes twice is one message, of which the dimensions are one list.
      const auto shape = ParseTensorShape(field.bytes);
      if (!shape || tensor.shape_.size() + shape->size() > kMaxRank) return std::nullopt;
      tensor.shape_.insert(tensor.shape_.end(), shape->begin(), shape->end());
    } else if (field.Is(kContentField, WireType::kBytes)) {
      tensor.content_ = field.bytes;
    }
  }
  if (!fields.ok()) return std::nullopt;
  return tensor;
}

std::optional<uint64_t> TensorView::ElementCount() const {
  if (std::any_of(shape_.begin(), shape_.end(), [](int64_t size) { return size < 0; })) {
    return std::nullopt;
  }
  if (std::find(shape_.begin(), shape_.end(), 0) != shape_.end()) return 0;
  uint64_t count = 1;
  for (const int64_t size : shape_) {
    if (__builtin_mul_overflow(count, static_cast<uint64_t>(size), &count)) return std::nullopt;
  }
  return count;
}

Result<Number> TensorView::SingleNumber() const { return DecodeSingleNumber(message_); }

Result<std::vector<double>> TensorView::Doubles(uint64_t max_elements) const {
  const Encoding encoding = EncodingOf(dtype_);
  if (encoding.content_bytes == 0) return NotANumber();
  const std::optional<uint64_t> count = ElementCount();
  if (!count) return ShapeMismatch();
  if (*count > max_elements) return TooManyElements(*count, max_elements);

  std::vector<double> elements;
  if (!content_.empty()) {
    const uint32_t bytes = encoding.content_bytes;
    if (content_.size() % bytes != 0 || content_.size() / bytes != *count) return ShapeMismatch();
    if (dtype_ == DataType::kDouble) {
      elements.resize(*count);
      std::memcpy(elements.data(), content_.data(), content_.size());
      return elements;
    }
    elements.reserve(*count);
    for (size_t at = 0; at < content_.size(); at += bytes) {
      const uint64_t bits = LoadElement(content_.data() + at, bytes);
      elements.push_back(NumberOfContent(dtype_, bits).AsDouble());
    }
    return elements;
  }

  // One more than fits is enough to know that they do not fit; a single one may be repeated.
  const uint64_t enough = std::max<uint64_t>(*count, 1);
  const auto collect = [&](uint64_t scalar) {
    elements.push_back(NumberOfField(dtype_, scalar).AsDouble());
    return elements.size() <= enough;
  };
  if (!ForEachValue(message_, encoding.field, encoding.field_type, collect)) return BrokenTensor();
  // torch's add_tensor puts uint8 into uint32_val (torch/utils/tensorboard/_utils.py).
  if (elements.empty() && dtype_ == DataType::kUint8 &&
      !ForEachValue(message_, kUint32Field, WireType::kVarint, collect)) {
    return BrokenTensor();
  }
  return FillShape(std::move(elements), *count);
}

Result<std::vector<std::string_view>> TensorView::Strings(uint64_t max_elements) const {
  if (dtype_ != DataType::kString) {
    return Error{Code::kInvalidArgument, "tensor's type is not string"};
  }
  const std::optional<uint64_t> count = ElementCount();
  if (!count || !content_.empty()) return ShapeMismatch();
  if (*count > max_elements) return TooManyElements(*count, max_elements);

  std::vector<std::string_view> elements;
  ProtoReader fields(message_);
  ProtoField field;
  const uint64_t enough = std::max<uint64_t>(*count, 1);  // See Doubles().
  while (elements.size() <= enough && fields.Next(field)) {
    if (field.Is(kStringField, WireType::kBytes)) elements.push_back(field.AsString());
  }
  if (!fields.ok()) return BrokenTensor();
  return FillShape(std::move(elements), *count);
}

Result<Number> DecodeSingleNumber(std::span<const std::byte> tensor_proto) {
  if (const auto number = DecodeUsualScalar(tensor_proto)) return *number;
  DataType dtype = DataType::kInvalid;
  size_t rank = 0;
  bool is_single = true;  // The shape's product is 1: every dimension is.
  std::span<const std::byte> content;
  ProtoReader fields(tensor_proto);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(kDtypeField, WireType::kVarint)) {
      dtype = static_cast<DataType>(static_cast<int32_t>(field.scalar));
    } else if (field.Is(kShapeField, WireType::kBytes)) {
      const bool is_valid = ForEachDimension(field.bytes, [&](int64_t size) {
        is_single = is_single && size == 1;
        return ++rank <= TensorView::kMaxRank;
      });
      if (!is_valid) return BrokenTensor();
    } else if (field.Is(kContentField, WireType::kBytes)) {
      content = field.bytes;
    }
  }
  if (!fields.ok()) return BrokenTensor();

  const Encoding encoding = EncodingOf(dtype);
  if (encoding.content_bytes == 0) return NotANumber();
  if (!is_single) return NotOneElement();
  if (!content.empty()) {
    if (content.size() != encoding.content_bytes) return NotOneElement();
    return NumberOfContent(dtype, LoadElement(content.data(), encoding.content_bytes));
  }

  uint64_t count = 0;
  uint64_t scalar = 0;
  const auto collect = [&](uint64_t value) {
    scalar = value;
    return ++count <= 1;
  };
  if (!ForEachValue(tensor_proto, encoding.field, encoding.field_type, collect)) {
    return BrokenTensor();
  }
  // See Doubles().
  if (count == 0 && dtype == DataType::kUint8 &&
      !ForEachValue(tensor_proto, kUint32Field, WireType::kVarint, collect)) {
    return BrokenTensor();
  }
  if (count != 1) return NotOneElement();
  return NumberOfField(dtype, scalar);
}

}  // namespace stepscope
