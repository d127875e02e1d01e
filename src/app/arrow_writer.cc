// Apache Arrow's file format (https://arrow.apache.org/docs/format/Columnar.html, "IPC File
// Format"): the schema, record batches of some ten thousand rows, the dictionaries of the text
// columns, and a footer that says where everything lies. Everything is little-endian, as our
// machines are.
#include <arrow_generated.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>

#include "app/table_writer.h"
#include "base/check.h"

namespace stepscope {
namespace {

static_assert(std::endian::native == std::endian::little);

namespace fb = flatbuffers;

constexpr std::string_view kMagic = "ARROW1";
constexpr uint32_t kContinuation = 0xFFFFFFFF;  // Before each message's length.
constexpr size_t kAlignment = 8;
constexpr size_t kBatchRows = 65'536;  // About 2 MB.

size_t Padding(size_t size) { return (kAlignment - size % kAlignment) % kAlignment; }

template <typename T>
void AppendBytes(const T& value, std::string& out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// The body of a message under construction, and what its metadata says of it.
struct Body {
  std::string bytes;
  std::vector<arrow::Node> nodes;
  std::vector<arrow::Buffer> buffers;

  void AddBuffer(std::string_view buffer) {
    buffers.emplace_back(static_cast<int64_t>(bytes.size()), static_cast<int64_t>(buffer.size()));
    bytes += buffer;
    bytes.append(Padding(buffer.size()), '\0');
  }
};

// A bit a row, the first in the lowest bit.
class Bitmap {
 public:
  void Append(bool bit) {
    if (size_ % 8 == 0) bytes_ += '\0';
    if (bit) bytes_.back() = static_cast<char>(bytes_.back() | 1 << (size_ % 8));
    ++size_;
  }
  std::string_view bytes() const { return bytes_; }
  void Clear() {
    bytes_.clear();
    size_ = 0;
  }

 private:
  std::string bytes_;
  size_t size_ = 0;
};

// The distinct texts of a column, which its rows name by number.
class Dictionary {
 public:
  static constexpr uint64_t kMaxBytes = std::numeric_limits<int32_t>::max();  // Arrow's.

  explicit Dictionary(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) codes_.emplace(text, static_cast<int32_t>(codes_.size()));
  }
  int32_t CodeOf(std::string_view text) const {
    const auto found = codes_.find(std::string(text));
    CHECK(found != codes_.end());
    return found->second;
  }

 private:
  std::unordered_map<std::string, int32_t> codes_;
};

Body DictionaryBody(const std::vector<std::string>& texts) {
  std::string offsets;
  std::string bytes;
  for (const std::string& text : texts) {
    AppendBytes(static_cast<int32_t>(bytes.size()), offsets);
    bytes += text;
  }
  AppendBytes(static_cast<int32_t>(bytes.size()), offsets);
  Body body;
  body.nodes.emplace_back(static_cast<int64_t>(texts.size()), 0);
  body.AddBuffer("");  // None is missing.
  body.AddBuffer(offsets);
  body.AddBuffer(bytes);
  return body;
}

// The rows of one column that were not written yet.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(const Field& field) : type_(field.type), dictionary_(field.texts) {}

  void Append(const Cells& cells, size_t begin, size_t end) {
    const bool is_present = type_ == CellType::kText || !cells.is_missing;
    for (size_t row = begin; row < end; ++row) present_.Append(is_present);
    rows_ += end - begin;
    if (!is_present) {
      missing_ += end - begin;
      AppendMissing(end - begin);
    } else if (type_ == CellType::kText) {
      const int32_t code = dictionary_.CodeOf(cells.text.value_or(""));
      for (size_t row = begin; row < end; ++row) AppendBytes(code, values_);
    } else {
      std::visit([&](const auto& numbers) { AppendNumbers(numbers.subspan(begin, end - begin)); },
                 cells.numbers);
    }
  }

  void MoveTo(Body& body) {
    body.nodes.emplace_back(static_cast<int64_t>(rows_), static_cast<int64_t>(missing_));
    body.AddBuffer(missing_ == 0 ? "" : present_.bytes());
    body.AddBuffer(type_ == CellType::kBool ? truths_.bytes() : std::string_view(values_));
    present_.Clear();
    truths_.Clear();
    values_.clear();
    rows_ = missing_ = 0;
  }

 private:
  void AppendMissing(size_t count) {
    if (type_ == CellType::kBool) {
      for (size_t i = 0; i < count; ++i) truths_.Append(false);
    } else {
      values_.append(count * sizeof(int64_t), '\0');
    }
  }

  template <typename T>
  void AppendNumbers(std::span<const T> numbers) {
    switch (type_) {
      case CellType::kText:
        return;
      case CellType::kInt64:
        return AppendAs<int64_t>(numbers);
      case CellType::kUint64:
        return AppendAs<uint64_t>(numbers);
      case CellType::kFloat64:
        return AppendAs<double>(numbers);
      case CellType::kBool:
        for (const T number : numbers) truths_.Append(number != T{});
    }
  }
  template <typename To, typename From>
  void AppendAs(std::span<const From> numbers) {
    const size_t before = values_.size();
    values_.resize(before + numbers.size() * sizeof(To));
    char* out = values_.data() + before;
    for (const From number : numbers) {
      const To converted = static_cast<To>(number);
      std::memcpy(out, &converted, sizeof(To));
      out += sizeof(To);
    }
  }

  const CellType type_;
  size_t rows_ = 0;
  size_t missing_ = 0;
  Bitmap present_;
  Bitmap truths_;          // kBool.
  std::string values_;     // The other types: 8 bytes a number, 4 a text's code.
  Dictionary dictionary_;  // kText.
};

class ArrowWriter final : public TableWriter {
 public:
  ArrowWriter(std::vector<Field> fields, Output& output)
      : fields_(std::move(fields)), output_(output) {
    for (const Field& field : fields_) columns_.emplace_back(field);
    std::string magic(kMagic);
    output_.Write(magic.append(Padding(magic.size()), '\0'));
    fb::FlatBufferBuilder builder;
    const auto schema = BuildSchema(builder);
    WriteMessage(builder, arrow::Header::Schema, schema.Union(), "");
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].type == CellType::kText) WriteDictionary(i);
    }
  }

  void AddRows(size_t count, std::span<const Cells> cells) override {
    for (size_t begin = 0; begin < count;) {
      const size_t end = std::min(count, begin + kBatchRows - rows_);
      for (size_t i = 0; i < columns_.size(); ++i) columns_[i].Append(cells[i], begin, end);
      rows_ += end - begin;
      begin = end;
      if (rows_ == kBatchRows) WriteBatch();
    }
  }

  void End() override {
    if (rows_ > 0) WriteBatch();
    std::string end;
    AppendBytes(kContinuation, end);
    AppendBytes(uint32_t{0}, end);
    output_.Write(end);

    fb::FlatBufferBuilder builder;
    const auto schema = BuildSchema(builder);
    const auto dictionaries = builder.CreateVectorOfStructs(dictionary_blocks_);
    const auto batches = builder.CreateVectorOfStructs(batch_blocks_);
    builder.Finish(arrow::CreateFooter(builder, arrow::Version::V5, schema, dictionaries, batches));
    std::string footer(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                       builder.GetSize());
    AppendBytes(static_cast<int32_t>(footer.size()), footer);
    output_.Write(footer.append(kMagic));
  }

 private:
  fb::Offset<arrow::Field> BuildField(fb::FlatBufferBuilder& builder, size_t index) const {
    const auto integer = [&](int bits, bool is_signed) {
      return arrow::CreateInt(builder, bits, is_signed);
    };
    const Field& field = fields_[index];
    auto type = arrow::Type::NONE;
    fb::Offset<void> details;
    fb::Offset<arrow::DictionaryEncoding> dictionary;
    switch (field.type) {
      case CellType::kText:
        type = arrow::Type::Utf8;
        details = arrow::CreateUtf8(builder).Union();
        dictionary = arrow::CreateDictionaryEncoding(builder, static_cast<int64_t>(index),
                                                     integer(32, true));
        break;
      case CellType::kInt64:
      case CellType::kUint64:
        type = arrow::Type::Int;
        details = integer(64, field.type == CellType::kInt64).Union();
        break;
      case CellType::kFloat64:
        type = arrow::Type::FloatingPoint;
        details = arrow::CreateFloatingPoint(builder, arrow::Precision::Double).Union();
        break;
      case CellType::kBool:
        type = arrow::Type::Bool;
        details = arrow::CreateBool(builder).Union();
    }
    const auto name = builder.CreateString(field.name);
    const auto children = builder.CreateVector(std::vector<fb::Offset<arrow::Field>>());
    return arrow::CreateField(builder, name, field.type != CellType::kText, type, details,
                              dictionary, children);
  }

  fb::Offset<arrow::Schema> BuildSchema(fb::FlatBufferBuilder& builder) const {
    std::vector<fb::Offset<arrow::Field>> fields;
    for (size_t i = 0; i < fields_.size(); ++i) fields.push_back(BuildField(builder, i));
    return arrow::CreateSchemaDirect(builder, arrow::Endianness::Little, &fields);
  }

  arrow::Block WriteMessage(fb::FlatBufferBuilder& builder, arrow::Header kind,
                            fb::Offset<void> header, std::string_view body) {
    const auto body_bytes = static_cast<int64_t>(body.size());
    builder.Finish(arrow::CreateMessage(builder, arrow::Version::V5, kind, header, body_bytes));
    const size_t padding = Padding(builder.GetSize());
    std::string head;
    AppendBytes(kContinuation, head);
    AppendBytes(static_cast<uint32_t>(builder.GetSize() + padding), head);
    head.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    head.append(padding, '\0');
    const arrow::Block block(static_cast<int64_t>(output_.size()),
                             static_cast<int32_t>(head.size()), body_bytes);
    output_.Write(head);
    output_.Write(body);
    return block;
  }

  static fb::Offset<arrow::RecordBatch> BuildBatch(fb::FlatBufferBuilder& builder, int64_t rows,
                                                   const Body& body) {
    return arrow::CreateRecordBatch(builder, rows, builder.CreateVectorOfStructs(body.nodes),
                                    builder.CreateVectorOfStructs(body.buffers));
  }

  void WriteBatch() {
    Body body;
    for (ColumnBuilder& column : columns_) column.MoveTo(body);
    fb::FlatBufferBuilder builder;
    const auto batch = BuildBatch(builder, static_cast<int64_t>(rows_), body);
    batch_blocks_.push_back(
        WriteMessage(builder, arrow::Header::RecordBatch, batch.Union(), body.bytes));
    rows_ = 0;
  }

  void WriteDictionary(size_t index) {
    const std::vector<std::string>& texts = fields_[index].texts;
    uint64_t bytes = 0;
    for (const std::string& text : texts) bytes += text.size();
    if (bytes > Dictionary::kMaxBytes) {
      output_.Fail({Code::kResourceExhausted, "Arrow holds at most 2 GiB of names in a column"});
      return;
    }
    const Body body = DictionaryBody(texts);
    fb::FlatBufferBuilder builder;
    const auto rows = static_cast<int64_t>(texts.size());
    const auto batch = arrow::CreateDictionaryBatch(builder, static_cast<int64_t>(index),
                                                    BuildBatch(builder, rows, body));
    dictionary_blocks_.push_back(
        WriteMessage(builder, arrow::Header::DictionaryBatch, batch.Union(), body.bytes));
  }

  const std::vector<Field> fields_;
  Output& output_;
  std::vector<ColumnBuilder> columns_;
  size_t rows_ = 0;
  std::vector<arrow::Block> batch_blocks_;
  std::vector<arrow::Block> dictionary_blocks_;
};

}  // namespace

std::unique_ptr<TableWriter> MakeArrowWriter(std::vector<Field> fields, Output& output) {
  return std::make_unique<ArrowWriter>(std::move(fields), output);
}

}  // namespace stepscope
