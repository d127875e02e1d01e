#include "wire/tensor_view.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/proto_writer.h"

namespace stepscope {
namespace {

using std::string_view_literals::operator""sv;

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// A TensorProto in the making.
struct Proto {
  std::string bytes;

  explicit Proto(DataType dtype) { ProtoWriter(bytes).Int64(1, static_cast<int64_t>(dtype)); }

  Proto& Shape(const std::vector<int64_t>& sizes) {
    std::string shape;
    for (const int64_t size : sizes) {
      std::string dimension;
      ProtoWriter(dimension).Int64(1, size);
      ProtoWriter(shape).Bytes(2, dimension);
    }
    ProtoWriter(bytes).Bytes(2, shape);
    return *this;
  }
  template <typename T>
  Proto& Content(const std::vector<T>& elements) {
    const auto* data = reinterpret_cast<const char*>(elements.data());
    ProtoWriter(bytes).Bytes(4, {data, elements.size() * sizeof(T)});
    return *this;
  }
  // Fixed-size elements, packed.
  template <typename T>
  Proto& Fixed(uint32_t number, const std::vector<T>& elements) {
    const auto* data = reinterpret_cast<const char*>(elements.data());
    ProtoWriter(bytes).Bytes(number, {data, elements.size() * sizeof(T)});
    return *this;
  }
  Proto& Varints(uint32_t number, const std::vector<int64_t>& elements) {
    std::string packed;
    for (const int64_t element : elements) {
      std::string field;
      ProtoWriter(field).Int64(1, element);
      packed += field.substr(1);
    }
    ProtoWriter(bytes).Bytes(number, packed);
    return *this;
  }
  Proto& UnpackedVarints(uint32_t number, const std::vector<int64_t>& elements) {
    for (const int64_t element : elements) ProtoWriter(bytes).Int64(number, element);
    return *this;
  }
  Proto& Strings(const std::vector<std::string>& elements) {
    for (const std::string& element : elements) ProtoWriter(bytes).Bytes(8, element);
    return *this;
  }
};

// The elements, or the error's code in their place.
struct Doubles {
  std::vector<double> elements;
  Code code = Code::kOk;
  bool operator==(const Doubles&) const = default;
};
void PrintTo(const Doubles& doubles, std::ostream* out) {
  *out << CodeName(doubles.code) << testing::PrintToString(doubles.elements);
}

Doubles DoublesOf(std::string_view bytes, uint64_t max_elements = 100) {
  const auto tensor = TensorView::Parse(AsBytes(bytes));
  if (!tensor) return {.elements = {}, .code = Code::kDataLoss};
  auto elements = tensor->Doubles(max_elements);
  if (!elements) return {.elements = {}, .code = elements.error().code};
  return {.elements = *elements};
}
Doubles DoublesOf(const Proto& proto, uint64_t max_elements = 100) {
  return DoublesOf(std::string_view(proto.bytes), max_elements);
}

// A single number as text with its type: "float32 1.5".
std::string SingleOf(std::string_view bytes) {
  const auto number = DecodeSingleNumber(AsBytes(bytes));
  if (!number) return std::string(CodeName(number.error().code));
  switch (number->type) {
    case Number::Type::kFloat32:
      return "float32 " + std::to_string(number->AsDouble());
    case Number::Type::kFloat64:
      return "float64 " + std::to_string(number->AsDouble());
    case Number::Type::kInt64:
      return "int64 " + std::to_string(static_cast<int64_t>(number->bits));
    case Number::Type::kUint64:
      return "uint64 " + std::to_string(number->bits);
    case Number::Type::kBool:
      return number->bits == 1 ? "true" : "false";
  }
  return "?";
}
std::string SingleOf(const Proto& proto) { return SingleOf(std::string_view(proto.bytes)); }

TEST(TensorViewTest, ParsesTypeAndShape) {
  const auto tensor = TensorView::Parse(AsBytes(Proto(DataType::kFloat).Shape({2, 0, 3}).bytes));
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->dtype(), DataType::kFloat);
  EXPECT_TRUE(tensor->has_shape());
  EXPECT_EQ(tensor->shape(), (std::vector<int64_t>{2, 0, 3}));
  EXPECT_EQ(tensor->ElementCount(), 0u);

  const auto empty = TensorView::Parse({});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->dtype(), DataType::kInvalid);
  EXPECT_FALSE(empty->has_shape());
  EXPECT_EQ(empty->ElementCount(), 1u);
}

TEST(TensorViewTest, ElementCountIsBounded) {
  const auto count = [](const std::vector<int64_t>& shape) {
    const Proto proto = Proto(DataType::kFloat).Shape(shape);
    return TensorView::Parse(AsBytes(proto.bytes))->ElementCount();
  };
  constexpr int64_t kHuge = int64_t{1} << 40;
  EXPECT_EQ(count({3, 4}), 12u);
  EXPECT_EQ(count({-1}), std::nullopt);
  EXPECT_EQ(count({0, -1}), std::nullopt);
  EXPECT_EQ(count({kHuge, kHuge}), std::nullopt);
  EXPECT_EQ(count({kHuge, kHuge, 0}), 0u);
  EXPECT_EQ(count({std::numeric_limits<int64_t>::min()}), std::nullopt);
}

TEST(TensorViewTest, RankIsBounded) {
  const auto proto = [](size_t rank) {
    return Proto(DataType::kFloat).Shape(std::vector<int64_t>(rank, 1)).Fixed<float>(5, {1.5f});
  };
  EXPECT_EQ(DoublesOf(proto(TensorView::kMaxRank)).elements, std::vector<double>{1.5});
  EXPECT_EQ(SingleOf(proto(TensorView::kMaxRank)), "float32 1.500000");
  EXPECT_FALSE(TensorView::Parse(AsBytes(proto(TensorView::kMaxRank + 1).bytes)));
  EXPECT_EQ(SingleOf(proto(TensorView::kMaxRank + 1)), "DATA_LOSS");
}

TEST(TensorViewTest, EveryTypeInTensorContent) {
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Shape({}).Content<float>({1.5f})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kDouble).Content<double>({-2.5})), "float64 -2.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kInt32).Content<int32_t>({-7})), "int64 -7");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint8).Content<uint8_t>({200})), "int64 200");
  EXPECT_EQ(SingleOf(Proto(DataType::kInt16).Content<int16_t>({-300})), "int64 -300");
  EXPECT_EQ(SingleOf(Proto(DataType::kInt8).Content<int8_t>({-7})), "int64 -7");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint16).Content<uint16_t>({60'000})), "int64 60000");
  EXPECT_EQ(SingleOf(Proto(DataType::kInt64).Content<int64_t>({INT64_MIN})),
            "int64 -9223372036854775808");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint32).Content<uint32_t>({UINT32_MAX})), "int64 4294967295");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint64).Content<uint64_t>({UINT64_MAX})),
            "uint64 18446744073709551615");
  EXPECT_EQ(SingleOf(Proto(DataType::kBool).Content<uint8_t>({1})), "true");
  EXPECT_EQ(SingleOf(Proto(DataType::kBool).Content<uint8_t>({0})), "false");
  EXPECT_EQ(SingleOf(Proto(DataType::kHalf).Content<uint16_t>({0x3e00})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kBfloat16).Content<uint16_t>({0x3fc0})), "float32 1.500000");
}

TEST(TensorViewTest, EveryTypeInItsField) {
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Fixed<float>(5, {1.5f})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kDouble).Fixed<double>(6, {-2.5})), "float64 -2.500000");
  for (const auto& [dtype, value] :
       {std::pair(DataType::kInt32, -7), std::pair(DataType::kUint8, 200),
        std::pair(DataType::kInt16, -300), std::pair(DataType::kInt8, -7),
        std::pair(DataType::kUint16, 60'000)}) {
    EXPECT_EQ(SingleOf(Proto(dtype).Varints(7, {value})), "int64 " + std::to_string(value));
    EXPECT_EQ(SingleOf(Proto(dtype).UnpackedVarints(7, {value})), "int64 " + std::to_string(value));
  }
  EXPECT_EQ(SingleOf(Proto(DataType::kInt64).Varints(10, {-1})), "int64 -1");
  EXPECT_EQ(SingleOf(Proto(DataType::kBool).Varints(11, {1})), "true");
  EXPECT_EQ(SingleOf(Proto(DataType::kHalf).Varints(13, {0x3e00})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kBfloat16).Varints(13, {0x3fc0})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint32).Varints(16, {UINT32_MAX})), "int64 4294967295");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint64).Varints(17, {-1})), "uint64 18446744073709551615");
}

TEST(TensorViewTest, FieldsUnpackedAndMixedAndBeforeTheType) {
  std::string bytes;
  ProtoWriter(bytes).Float(5, 1.0f);
  ProtoWriter(bytes).Bytes(5, "\0\0\0\x40\0\0\x40\x40"sv);
  ProtoWriter(bytes).Float(5, 4.0f);
  bytes += Proto(DataType::kFloat).Shape({4}).bytes;
  EXPECT_EQ(DoublesOf(bytes), (Doubles{.elements = {1, 2, 3, 4}}));
}

// What torch's add_tensor does (event-files.md, section 5).
TEST(TensorViewTest, MistakesOfWriters) {
  const auto float_bits = int64_t{std::bit_cast<uint32_t>(1.5f)};
  EXPECT_EQ(SingleOf(Proto(DataType::kHalf).Varints(13, {float_bits})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kBfloat16).Varints(13, {float_bits})), "float32 1.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kUint8).Varints(16, {200})), "int64 200");
  EXPECT_EQ(DoublesOf(Proto(DataType::kUint8).Shape({2}).Varints(16, {200, 3})),
            (Doubles{.elements = {200, 3}}));
  // The 16 bits of a negative half, sign-extended.
  EXPECT_EQ(SingleOf(Proto(DataType::kHalf).Varints(13, {int16_t(0xbe00)})), "float32 -1.500000");
}

TEST(TensorViewTest, AllHalves) {
  const auto half = [](uint16_t bits) {
    return DecodeSingleNumber(AsBytes(Proto(DataType::kHalf).Content<uint16_t>({bits}).bytes))
        ->AsDouble();
  };
  EXPECT_EQ(half(0x0001), std::ldexp(1.0, -24));  // The smallest subnormal.
  EXPECT_EQ(half(0x03ff), std::ldexp(1023.0, -24));
  EXPECT_EQ(half(0x0400), std::ldexp(1.0, -14));
  EXPECT_EQ(half(0x7bff), 65504.0);
  EXPECT_TRUE(std::isinf(half(0x7c00)));
  EXPECT_EQ(half(0xfc00), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(half(0x7e00)));
  EXPECT_EQ(half(0x8000), 0.0);
  EXPECT_TRUE(std::signbit(half(0x8000)));
  double last = -1;
  for (uint16_t bits = 0; bits < 0x7c00; ++bits) {
    ASSERT_GT(half(bits), last) << bits;
    last = half(bits);
  }
}

TEST(TensorViewTest, KeepsEveryBitOfNonFiniteNumbers) {
  const auto nan_bits = uint32_t{0x7fc12345};
  const Proto proto = Proto(DataType::kFloat).Fixed<uint32_t>(5, {nan_bits});
  EXPECT_EQ(DecodeSingleNumber(AsBytes(proto.bytes))->bits, nan_bits);
}

TEST(TensorViewTest, OneValueIsRepeatedOverTheShape) {
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({2, 2}).Fixed<float>(5, {1.5f})),
            (Doubles{.elements = {1.5, 1.5, 1.5, 1.5}}));
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({0, 3}).Fixed<float>(5, {1.5f})), Doubles());
  // Content is never repeated.
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({2}).Content<float>({1.5f})).code,
            Code::kInvalidArgument);
}

TEST(TensorViewTest, ElementsMustFitTheShape) {
  const Proto three = Proto(DataType::kFloat).Shape({3}).Fixed<float>(5, {1, 2, 3});
  EXPECT_EQ(DoublesOf(three), (Doubles{.elements = {1, 2, 3}}));
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({4}).Fixed<float>(5, {1, 2, 3})).code,
            Code::kInvalidArgument);
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({2}).Fixed<float>(5, {1, 2, 3})).code,
            Code::kInvalidArgument);
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Fixed<float>(5, {1, 2, 3})).code,
            Code::kInvalidArgument);
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({0}).Fixed<float>(5, {1, 2})).code,
            Code::kInvalidArgument);
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat)).code, Code::kInvalidArgument);
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({0})), Doubles());
  EXPECT_EQ(DoublesOf(Proto(DataType::kFloat).Shape({2}).Content<uint8_t>({1, 2, 3})).code,
            Code::kInvalidArgument);
}

TEST(TensorViewTest, HostileShapesCostNothing) {
  const Proto huge = Proto(DataType::kFloat).Shape({int64_t{1} << 40}).Fixed<float>(5, {1});
  EXPECT_EQ(DoublesOf(huge).code, Code::kResourceExhausted);
  const Proto overflow = Proto(DataType::kFloat).Shape({INT64_MAX, INT64_MAX}).Fixed<float>(5, {1});
  EXPECT_EQ(DoublesOf(overflow, UINT64_MAX).code, Code::kInvalidArgument);
  const Proto texts = Proto(DataType::kString).Shape({int64_t{1} << 40}).Strings({"x"});
  EXPECT_EQ(TensorView::Parse(AsBytes(texts.bytes))->Strings(100).error().code,
            Code::kResourceExhausted);
}

TEST(TensorViewTest, SingleNumberNeedsExactlyOneElement) {
  const Proto one = Proto(DataType::kDouble).Shape({1, 1, 1}).Fixed<double>(6, {4.5});
  EXPECT_EQ(SingleOf(one), "float64 4.500000");
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Shape({3}).Fixed<float>(5, {1})), "OUT_OF_RANGE");
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Shape({0}).Fixed<float>(5, {1})), "OUT_OF_RANGE");
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Shape({-1}).Fixed<float>(5, {1})), "OUT_OF_RANGE");
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Fixed<float>(5, {1, 2})), "OUT_OF_RANGE");
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat)), "OUT_OF_RANGE");
  EXPECT_EQ(SingleOf(Proto(DataType::kFloat).Content<double>({1})), "OUT_OF_RANGE");
  EXPECT_EQ(SingleOf(Proto(DataType::kString).Strings({"x"})), "INVALID_ARGUMENT");
  EXPECT_EQ(SingleOf(Proto(DataType::kComplex64).Fixed<float>(9, {1, 2})), "INVALID_ARGUMENT");
  EXPECT_EQ(SingleOf(""), "INVALID_ARGUMENT");
  EXPECT_EQ(SingleOf("\x08"sv), "DATA_LOSS");
}

TEST(TensorViewTest, BrokenFields) {
  const Proto odd = Proto(DataType::kFloat).Fixed<uint8_t>(5, {1, 2, 3, 4, 5});
  EXPECT_EQ(DoublesOf(odd).code, Code::kDataLoss);
  EXPECT_EQ(SingleOf(odd), "DATA_LOSS");
  const Proto open_varint = Proto(DataType::kInt32).Fixed<uint8_t>(7, {0xff});
  EXPECT_EQ(DoublesOf(open_varint).code, Code::kDataLoss);
  EXPECT_EQ(SingleOf(open_varint), "DATA_LOSS");
  const std::string shape = Proto(DataType::kFloat).bytes + "\x12\x02\x12\x05";
  EXPECT_FALSE(TensorView::Parse(AsBytes(shape)));
  EXPECT_EQ(SingleOf(shape), "DATA_LOSS");
}

TEST(TensorViewTest, Strings) {
  const auto strings = [](const Proto& proto) -> std::vector<std::string> {
    const auto elements = TensorView::Parse(AsBytes(proto.bytes))->Strings(100);
    if (!elements) return {std::string(CodeName(elements.error().code))};
    return {elements->begin(), elements->end()};
  };
  using Texts = std::vector<std::string>;
  const std::string with_zero("a\0b", 3);
  EXPECT_EQ(strings(Proto(DataType::kString).Strings({with_zero})), Texts({with_zero}));
  EXPECT_EQ(strings(Proto(DataType::kString).Shape({2, 2}).Strings({"a", "", "c", "d"})),
            Texts({"a", "", "c", "d"}));
  EXPECT_EQ(strings(Proto(DataType::kString).Shape({3}).Strings({"same"})),
            Texts({"same", "same", "same"}));
  EXPECT_EQ(strings(Proto(DataType::kString).Shape({0})), Texts());
  EXPECT_EQ(strings(Proto(DataType::kString).Shape({3}).Strings({"a", "b"})),
            Texts({"INVALID_ARGUMENT"}));
  EXPECT_EQ(strings(Proto(DataType::kString).Shape({1}).Strings({"a", "b"})),
            Texts({"INVALID_ARGUMENT"}));
  EXPECT_EQ(strings(Proto(DataType::kString).Content<char>({'a'})), Texts({"INVALID_ARGUMENT"}));
  EXPECT_EQ(strings(Proto(DataType::kFloat).Strings({"a"})), Texts({"INVALID_ARGUMENT"}));
}

TEST(NumberTest, AsDouble) {
  EXPECT_EQ(Number::Of(0.1f).AsDouble(), double{0.1f});
  EXPECT_EQ(Number::Of(0.1).AsDouble(), 0.1);
  EXPECT_EQ(Number::Of(int64_t{-5}).AsDouble(), -5.0);
  EXPECT_EQ(Number::Of(UINT64_MAX).AsDouble(), 0x1p64);
  EXPECT_EQ(Number::Of(true).AsDouble(), 1.0);
}

}  // namespace
}  // namespace stepscope
