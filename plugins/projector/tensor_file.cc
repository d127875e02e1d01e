#include "plugins/projector/tensor_file.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "base/strings.h"
#include "plugins/projector/line_reader.h"

namespace stepscope {
namespace {

static_assert(std::endian::native == std::endian::little);

Error TooLarge(uint64_t limit) {
  return {Code::kResourceExhausted, "the tensor has more than " + std::to_string(limit) +
                                        " bytes; num_rows asks for its first rows only"};
}

// A line without what ends it.
std::string_view Content(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// As Python's float() reads it, but for underscores.
std::optional<float> ParseFloat(std::string_view text) {
  text = StripWhitespace(text);
  if (const auto number = ParseDouble(text)) return static_cast<float>(*number);
  // What is too large or too small for a double is infinity or 0 there, and an error here.
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != text.npos) return std::nullopt;
  const std::string copy(text);
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size()) return std::nullopt;
  return static_cast<float>(number);
}

// Whether what lies in memory are bytes that no text holds.
bool IsBinary(const LineReader& lines) {
  const std::string_view bytes = lines.window();
  if (bytes.find('\0') != bytes.npos) return true;
  // The last character may be cut.
  const size_t max_cut_bytes = lines.is_at_end() ? 0 : std::min<size_t>(3, bytes.size());
  for (size_t cut = 0; cut <= max_cut_bytes; ++cut) {
    if (simdjson::validate_utf8(bytes.data(), bytes.size() - cut)) return false;
  }
  return true;
}

// Appends the numbers of a row. Returns how many there are, or nothing and what is none.
struct ParsedRow {
  uint64_t columns = 0;
  std::optional<std::string_view> wrong;
};
ParsedRow ParseRow(std::string_view row, std::string& out) {
  ParsedRow parsed;
  while (true) {
    const size_t tab = row.find('\t');
    const std::string_view field = row.substr(0, tab);
    const auto number = ParseFloat(field);
    if (!number) {
      parsed.wrong = field;
      return parsed;
    }
    char bytes[sizeof(float)];
    std::memcpy(bytes, &*number, sizeof(float));
    out.append(bytes, sizeof(float));
    ++parsed.columns;
    if (tab == row.npos) return parsed;
    row.remove_prefix(tab + 1);
  }
}

Result<std::string> ReadBinary(const RandomAccessFile& file, std::span<const uint32_t> shape,
                               uint64_t max_rows) {
  ASSIGN_OR_RETURN(const FileStat stat, file.GetStat());
  if (shape.size() != 2) {
    return Error{Code::kInvalidArgument,
                 "the tensor is no text, and the configuration says no tensor_shape of two sizes"};
  }
  // Sizes of 32 bits: the product fits.
  const uint64_t row_bytes = shape[1] * uint64_t{sizeof(float)};
  const bool fits =
      shape[1] == 0 ? stat.size_bytes == 0
                    : stat.size_bytes % row_bytes == 0 && stat.size_bytes / row_bytes == shape[0];
  if (!fits) {
    return Error{Code::kInvalidArgument, "the tensor's file has " +
                                             std::to_string(stat.size_bytes) +
                                             " bytes, which are not " + std::to_string(shape[0]) +
                                             " x " + std::to_string(shape[1]) + " float32"};
  }
  uint64_t size_bytes = stat.size_bytes;
  if (max_rows > 0 && max_rows < shape[0]) size_bytes = max_rows * row_bytes;
  if (size_bytes > kMaxTensorBytes) return TooLarge(kMaxTensorBytes);
  std::string body(size_bytes, '\0');
  ASSIGN_OR_RETURN(const size_t count, file.ReadAt(0, std::as_writable_bytes(std::span(body))));
  if (count != size_bytes) return Error{Code::kUnavailable, "the tensor's file was cut just now"};
  return body;
}

Error NoNumber(std::string_view wrong, uint64_t line) {
  constexpr size_t kMaxShownBytes = 40;
  return {Code::kInvalidArgument, "line " + std::to_string(line) + " of the tensor holds \"" +
                                      ToValidUtf8(wrong.substr(0, kMaxShownBytes)) +
                                      "\", which is no number"};
}

}  // namespace

Result<std::optional<TensorSize>> MeasureTensorText(const RandomAccessFile& file,
                                                    uint64_t max_bytes) {
  const auto nothing = std::optional<TensorSize>();
  ASSIGN_OR_RETURN(const FileStat stat, file.GetStat());
  if (stat.size_bytes > max_bytes) return nothing;
  TensorSize size;
  LineReader lines(file);
  while (true) {
    const auto line = lines.Next();
    if (!line && line.error().code == Code::kOutOfRange) return nothing;
    if (!line) return line.error();
    if (!*line) break;
    const std::string_view row = Content(**line);
    if (row.empty()) continue;
    if (++size.rows > 1) continue;
    if (IsBinary(lines)) return nothing;
    std::string numbers;
    const ParsedRow parsed = ParseRow(row, numbers);
    if (parsed.wrong) return nothing;
    size.columns = parsed.columns;
  }
  return size.rows == 0 ? nothing : std::optional(size);
}

Result<std::string> ReadTensorFile(const RandomAccessFile& file, std::span<const uint32_t> shape,
                                   uint64_t max_rows) {
  std::string body;
  uint64_t columns = 0;
  uint64_t bytes_read = 0;
  uint64_t line_number = 0;
  LineReader lines(file);
  for (uint64_t rows = 0; max_rows == 0 || rows < max_rows;) {
    const auto line = lines.Next();
    // What the file is its beginning says, so that its first rows do not depend on their number.
    if (line_number++ == 0 && IsBinary(lines)) return ReadBinary(file, shape, max_rows);
    if (!line && line.error().code == Code::kOutOfRange) return TooLarge(LineReader::kMaxLineBytes);
    if (!line) return line.error();
    if (!*line) break;
    bytes_read += (*line)->size();
    if (bytes_read > kMaxTensorTextBytes) return TooLarge(kMaxTensorTextBytes);
    const std::string_view row = Content(**line);
    if (row.empty()) continue;
    const ParsedRow parsed = ParseRow(row, body);
    if (parsed.wrong) return NoNumber(*parsed.wrong, line_number);
    if (rows++ == 0) columns = parsed.columns;
    if (parsed.columns != columns) {
      return Error{Code::kInvalidArgument,
                   "line " + std::to_string(line_number) + " of the tensor has " +
                       std::to_string(parsed.columns) + " numbers, its first row " +
                       std::to_string(columns)};
    }
    if (body.size() > kMaxTensorBytes) return TooLarge(kMaxTensorBytes);
  }
  if (columns == 0) return Error{Code::kInvalidArgument, "the tensor's file has no rows"};
  return body;
}

}  // namespace stepscope
