#include "wire/scalar_template.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/only_scalar_for_test.h"
#include "wire/proto_writer.h"

namespace stepscope {
namespace {

using std::string_view_literals::operator""sv;

Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string Message(const std::function<void(ProtoWriter&)>& write) {
  std::string message;
  ProtoWriter writer(message);
  write(writer);
  return message;
}

std::string Event(double wall_time, std::optional<int64_t> step, std::string_view value) {
  return Message([&](ProtoWriter& writer) {
    writer.Double(1, wall_time);
    if (step) writer.Int64(2, *step);
    writer.Bytes(5, Message([&](ProtoWriter& summary) { summary.Bytes(1, value); }));
  });
}

std::string AsText(const void* bytes, size_t size) {
  return {static_cast<const char*>(bytes), size};
}

// The forms in which writers log one number, apart from its bytes.
struct Form {
  const char* name;
  bool is_double;
  std::function<void(ProtoWriter&, std::string_view tag, double value)> write;
};

std::vector<Form> Forms() {
  const auto tensor = [](ProtoWriter& value, std::string_view tag, std::string_view head,
                         std::string_view number, bool has_metadata) {
    value.Bytes(1, tag);
    value.Bytes(8, std::string(head) + std::string(number));
    if (has_metadata) value.Bytes(9, "\x0a\x09\x0a\x07scalars"sv);
  };
  const auto as_float = [](double value) {
    const auto number = static_cast<float>(value);
    return AsText(&number, sizeof(number));
  };
  const auto as_double = [](double value) { return AsText(&value, sizeof(value)); };
  return {
      {"simple_value", false,
       [](ProtoWriter& value, std::string_view tag, double number) {
         value.Bytes(1, tag);
         value.Float(2, static_cast<float>(number));
       }},
      {"simple_value first", false,
       [](ProtoWriter& value, std::string_view tag, double number) {
         value.Float(2, static_cast<float>(number));
         value.Bytes(1, tag);
       }},
      {"tensor_content", false,
       [=](ProtoWriter& value, std::string_view tag, double number) {
         tensor(value, tag, "\x08\x01\x12\x00\x22\x04"sv, as_float(number), true);
       }},
      {"float_val, packed", false,
       [=](ProtoWriter& value, std::string_view tag, double number) {
         tensor(value, tag, "\x08\x01\x12\x00\x2a\x04"sv, as_float(number), true);
       }},
      {"float_val", false,
       [=](ProtoWriter& value, std::string_view tag, double number) {
         tensor(value, tag, "\x08\x01\x2d"sv, as_float(number), false);
       }},
      {"tensor_content, double", true,
       [=](ProtoWriter& value, std::string_view tag, double number) {
         tensor(value, tag, "\x08\x02\x12\x00\x22\x08"sv, as_double(number), true);
       }},
      {"double_val", true,
       [=](ProtoWriter& value, std::string_view tag, double number) {
         tensor(value, tag, "\x08\x02\x12\x00\x32\x08"sv, as_double(number), false);
       }},
  };
}

std::string EventOf(const Form& form, std::string_view tag, std::optional<int64_t> step,
                    double wall_time, double number) {
  return Event(wall_time, step,
               Message([&](ProtoWriter& value) { form.write(value, tag, number); }));
}

// What `shape` says of a record of `event`, if anything, is what the parsers say.
bool ExpectTruth(const ScalarTemplate& shape, const OnlyScalar& first, std::string_view event) {
  ScalarTemplate::Reading reading;
  if (!ReadRecord(shape, AsBytes(event), reading)) return false;
  EXPECT_EQ(reading.record_bytes, kRecordHeaderBytes + event.size() + kRecordFooterBytes);
  const auto truth = ParseOnlyScalar(AsBytes(event));
  EXPECT_TRUE(truth.has_value());
  if (!truth) return true;
  EXPECT_TRUE(truth->IsOfSameSeries(first));
  EXPECT_EQ(std::bit_cast<uint64_t>(reading.wall_time), truth->wall_time_bits);
  EXPECT_EQ(reading.step, truth->step);
  EXPECT_EQ(NumberBits(shape, reading), truth->number.bits);
  EXPECT_EQ(shape.type(), truth->number.type);
  return true;
}

constexpr double kNumbers[] = {0.0, -1.5, 1e-30, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()};

constexpr double kNotFinite[] = {std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()};

TEST(ScalarTemplateTest, FitsLaterEventsOfTheSeriesInEveryForm) {
  for (const Form& form : Forms()) {
    SCOPED_TRACE(form.name);
    for (const std::string& tag : {std::string(), std::string("loss"), std::string(60, 't')}) {
      const std::string first = EventOf(form, tag, 7, 1.5, 2.5);
      const auto shape = ScalarTemplate::Learn(AsBytes(first));
      ASSERT_TRUE(shape);
      EXPECT_EQ(shape->type(), form.is_double ? Number::Type::kFloat64 : Number::Type::kFloat32);
      const OnlyScalar truth = *ParseOnlyScalar(AsBytes(first));
      for (const std::optional<int64_t> step :
           {std::optional<int64_t>(), std::optional<int64_t>(0), std::optional<int64_t>(127),
            std::optional<int64_t>(128), std::optional<int64_t>((int64_t{1} << 42) - 1)}) {
        for (const double number : kNumbers) {
          EXPECT_TRUE(ExpectTruth(*shape, truth, EventOf(form, tag, step, 1e9, number)));
        }
      }
      for (const int64_t step : {int64_t{1} << 42, INT64_MAX, int64_t{-1}}) {
        EXPECT_FALSE(ExpectTruth(*shape, truth, EventOf(form, tag, step, 1e9, 1)));  // Too long.
      }
      for (const double wall_time : kNotFinite) {
        EXPECT_FALSE(ExpectTruth(*shape, truth, EventOf(form, tag, 7, wall_time, 1)));
      }
      EXPECT_FALSE(ExpectTruth(*shape, truth, EventOf(form, tag + "x", 7, 1.5, 2.5)));
      EXPECT_FALSE(ExpectTruth(*shape, truth, EventOf(form, "other", 7, 1.5, 2.5)));
    }
  }
}

TEST(ScalarTemplateTest, CutsAndEveryOtherByteAreSeenOrTrue) {
  for (const Form& form : Forms()) {
    SCOPED_TRACE(form.name);
    const std::string event = EventOf(form, "tag", 300, 1.5, 2.5);
    const auto shape = ScalarTemplate::Learn(AsBytes(event));
    ASSERT_TRUE(shape);
    const OnlyScalar truth = *ParseOnlyScalar(AsBytes(event));
    for (size_t i = 0; i < event.size(); ++i) {
      EXPECT_FALSE(ExpectTruth(*shape, truth, std::string_view(event).substr(0, i))) << i;
      for (int byte = 0; byte < 256; ++byte) {
        std::string other = event;
        other[i] = static_cast<char>(byte);
        ExpectTruth(*shape, truth, other);
      }
    }
  }
}

TEST(ScalarTemplateTest, DamageAndCutsOfTheRecordAreSeen) {
  for (const Form& form : Forms()) {
    SCOPED_TRACE(form.name);
    for (const std::string& tag : {std::string("t"), std::string(30, 't'), std::string(60, 't')}) {
      const std::string event = EventOf(form, tag, 300, 1.5, 2.5);
      const auto shape = ScalarTemplate::Learn(AsBytes(event));
      ASSERT_TRUE(shape);
      // What lies before a record and behind it is neither here nor there.
      std::string bytes(ScalarTemplate::kBytesBefore, '\x5a');
      const size_t begin = bytes.size();
      AppendRecord(event, bytes);
      const size_t size = bytes.size() - begin;
      bytes += "more of the file";
      ScalarTemplate::Reading reading;
      const auto at = [&] { return AsBytes(bytes).data() + begin; };
      EXPECT_TRUE(shape->Read(at(), size, reading));
      EXPECT_TRUE(shape->Read(at(), bytes.size() - begin, reading));
      for (size_t available = 0; available < size; ++available) {
        EXPECT_FALSE(shape->Read(at(), available, reading)) << available;
      }
      for (size_t bit = 0; bit < 8 * size; ++bit) {
        char& byte = bytes[begin + bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        EXPECT_FALSE(shape->Read(at(), size, reading)) << bit;
        byte = static_cast<char>(byte ^ (1 << bit % 8));
      }
    }
  }
}

TEST(ScalarTemplateTest, OtherEventsHaveNone) {
  const Form form = Forms().front();
  const std::string event = EventOf(form, "tag", 1, 1.5, 2.5);
  const auto value = [](std::string_view bytes) { return Event(1.5, 1, bytes); };
  for (const std::string& other : {
           std::string(), event.substr(0, 9),
           event + "\x10\x05",                                              // Another step wins.
           event + event.substr(11),                                        // Another summary.
           Message([](ProtoWriter& w) { w.Double(1, 1.5); }),               // Nothing.
           EventOf(form, std::string(130, 't'), 1, 1.5, 2.5),               // Too long.
           value("\x0a\x03tag"),                                            // No number.
           value("\x0a\x03tag\x15\0\0\0\0\x15\0\0\0\0"sv),                  // Two.
           value("\x0a\x03tag\x42\x04\x08\x01\x12\x00"sv),                  // None in the tensor.
           value("\x0a\x03tag\x42\x08\x08\x03\x12\x00\x22\x04\1\0"sv),      // An integer.
           value("\x0a\x03tag\x42\x0a\x12\x00\x22\x04\0\0\0\0\x08\x01"sv),  // The type comes last.
       }) {
    EXPECT_FALSE(ScalarTemplate::Learn(AsBytes(other)));
  }
}

}  // namespace
}  // namespace stepscope
