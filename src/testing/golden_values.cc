#include "testing/golden_values.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "testing/event_file.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

Error Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

// "1,2,3", or "-" for none.
Result<std::vector<double>> ParseNumbers(std::string_view text) {
  std::vector<double> numbers;
  if (text == "-") return numbers;
  for (const std::string_view part : Split(text, ',')) {
    const auto number = ParseDouble(part);
    if (!number) return Invalid(std::string(part) + " is no number");
    numbers.push_back(*number);
  }
  return numbers;
}

Result<std::vector<int64_t>> ParseShape(std::string_view text) {
  ASSIGN_OR_RETURN(const std::vector<double> numbers, ParseNumbers(text));
  return std::vector<int64_t>(numbers.begin(), numbers.end());
}

Result<std::string> ParseText(std::string_view text) {
  constexpr std::string_view kHex = "hex:";
  if (text.starts_with(kHex)) return FromHex(text.substr(kHex.size()));
  return std::string(text);
}

template <typename T>
std::string Pack(DataType dtype, const std::vector<int64_t>& shape,
                 const std::vector<double>& numbers) {
  std::string content;
  for (const double number : numbers) {
    const T element = static_cast<T>(number);
    content.append(reinterpret_cast<const char*>(&element), sizeof(element));
  }
  return ContentTensor(static_cast<int>(dtype), shape, content);
}

Result<std::string> MakeTensor(std::string_view type, std::string_view shape_text,
                               std::string_view numbers_text) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> shape, ParseShape(shape_text));
  ASSIGN_OR_RETURN(const std::vector<double> numbers, ParseNumbers(numbers_text));
  if (type == "f32") return Pack<float>(DataType::kFloat, shape, numbers);
  if (type == "f64") return Pack<double>(DataType::kDouble, shape, numbers);
  if (type == "i32") return Pack<int32_t>(DataType::kInt32, shape, numbers);
  if (type == "i64") return Pack<int64_t>(DataType::kInt64, shape, numbers);
  if (type == "u8") return Pack<uint8_t>(DataType::kUint8, shape, numbers);
  if (type == "bool") return Pack<bool>(DataType::kBool, shape, numbers);
  return Invalid("no type " + std::string(type));
}

Result<std::string> MakeStrings(std::span<const std::string> words) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> shape, ParseShape(words[0]));
  std::vector<std::string> strings;
  for (const std::string& word : words.subspan(1)) {
    ASSIGN_OR_RETURN(std::string text, ParseText(word));
    strings.push_back(std::move(text));
  }
  return StringsTensor(shape, strings);
}

Result<std::string> MakeHistogram(std::span<const std::string> words) {
  ASSIGN_OR_RETURN(const std::vector<double> min, ParseNumbers(words[0]));
  ASSIGN_OR_RETURN(const std::vector<double> max, ParseNumbers(words[1]));
  ASSIGN_OR_RETURN(const std::vector<double> limits, ParseNumbers(words[2]));
  ASSIGN_OR_RETURN(const std::vector<double> counts, ParseNumbers(words[3]));
  if (min.size() != 1 || max.size() != 1) return Invalid("MIN MAX LIMITS COUNTS");
  return HistogramMessage(min[0], max[0], limits, counts);
}

Result<std::string> MakeImage(std::span<const std::string> words) {
  const auto width = ParseInt64(words[0]);
  const auto height = ParseInt64(words[1]);
  if (!width || !height) return Invalid("WIDTH HEIGHT TEXT");
  ASSIGN_OR_RETURN(const std::string picture, ParseText(words[2]));
  return ImageMessage(static_cast<int32_t>(*width), static_cast<int32_t>(*height), picture);
}

}  // namespace

Result<std::string> FromHex(std::string_view text) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  if (text.size() % 2 != 0 || text.find_first_not_of("0123456789abcdefABCDEF") != text.npos) {
    return Invalid(std::string(text) + " is no hexadecimal text");
  }
  for (size_t i = 0; i < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return bytes;
}

bool IsGoldenValue(std::string_view kind) {
  return kind == "tensor" || kind == "strings" || kind == "histogram" || kind == "image" ||
         kind == "audio";
}

Result<std::string> MakeGoldenValue(std::string_view kind, std::string_view tag,
                                    std::span<const std::string> words, std::string_view metadata) {
  if (kind == "tensor" && words.size() == 3) {
    ASSIGN_OR_RETURN(const std::string tensor, MakeTensor(words[0], words[1], words[2]));
    return TensorValue(tag, tensor, metadata);
  }
  if (kind == "strings" && !words.empty()) {
    ASSIGN_OR_RETURN(const std::string tensor, MakeStrings(words));
    return TensorValue(tag, tensor, metadata);
  }
  if (kind == "histogram" && words.size() == 4) {
    ASSIGN_OR_RETURN(const std::string message, MakeHistogram(words));
    return OldValue(tag, 5, message, metadata);
  }
  if (kind == "image" && words.size() == 3) {
    ASSIGN_OR_RETURN(const std::string message, MakeImage(words));
    return OldValue(tag, 4, message, metadata);
  }
  if (kind == "audio" && words.size() == 1) {
    ASSIGN_OR_RETURN(const std::string sound, ParseText(words[0]));
    return OldValue(tag, 6, AudioMessage(sound), metadata);
  }
  return Invalid("too few or too many words");
}

}  // namespace stepscope
