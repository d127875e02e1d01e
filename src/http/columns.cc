#include "http/columns.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <type_traits>

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "columns are copied as they lie");

constexpr std::string_view kMagic = "SSCOLS1\n";
constexpr size_t kAlignment = 8;  // The widest element; typed arrays must be aligned.

size_t PadToAlignment(size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

std::string_view TypeName(const ColumnData& data) {
  constexpr std::string_view kNames[] = {"f64", "f32", "i64", "u64", "u32", "u8"};
  return kNames[data.index()];
}

std::string_view BytesOf(const ColumnData& data) {
  return std::visit(
      [](const auto& values) {
        return std::string_view(reinterpret_cast<const char*>(values.data()),
                                values.size() * sizeof(values[0]));
      },
      data);
}

size_t LengthOf(const ColumnData& data) {
  return std::visit([](const auto& values) { return values.size(); }, data);
}

std::string EncodeBinary(const Tables& answer) {
  Json header = answer.facts;
  header["tables"] = Json::array();
  size_t offset = 0;
  for (const Table& table : answer.tables) {
    Json columns = Json::array();
    for (const Column& column : table.columns) {
      columns.push_back({{"name", column.name},
                         {"type", TypeName(column.data)},
                         {"length", LengthOf(column.data)},
                         {"offset", offset}});
      offset = PadToAlignment(offset + BytesOf(column.data).size());
    }
    Json facts = table.facts;
    facts["columns"] = std::move(columns);
    header["tables"].push_back(std::move(facts));
  }
  std::string header_text;
  AppendJson(header, header_text);
  header_text.resize(PadToAlignment(header_text.size()), ' ');

  const uint32_t lengths[2] = {static_cast<uint32_t>(header_text.size()), 0};
  std::string out;
  out.reserve(kMagic.size() + sizeof(lengths) + header_text.size() + offset);
  out += kMagic;
  out.append(reinterpret_cast<const char*>(lengths), sizeof(lengths));
  out += header_text;
  for (const Table& table : answer.tables) {
    for (const Column& column : table.columns) {
      out += BytesOf(column.data);
      out.resize(PadToAlignment(out.size()), '\0');
    }
  }
  return out;
}

void AppendColumn(const ColumnData& data, std::string& out) {
  out += '[';
  std::visit(
      [&out](const auto& values) {
        using Value = std::remove_cvref_t<decltype(values[0])>;
        for (size_t i = 0; i < values.size(); ++i) {
          if (i > 0) out += ',';
          if constexpr (std::is_floating_point_v<Value>) {
            AppendJsonNumber(values[i], out);
          } else {
            char digits[24];
            out.append(digits, std::to_chars(digits, digits + sizeof(digits), values[i]).ptr);
          }
        }
      },
      data);
  out += ']';
}

// Appends the members of `facts` without the closing brace, so that more can follow.
void BeginObject(const Json& facts, std::string& out) {
  AppendJson(facts, out);
  out.pop_back();
}

std::string EncodeJson(const Tables& answer) {
  std::string out;
  BeginObject(answer.facts, out);
  out += answer.facts.empty() ? R"("tables":[)" : R"(,"tables":[)";
  for (size_t i = 0; i < answer.tables.size(); ++i) {
    const Table& table = answer.tables[i];
    if (i > 0) out += ',';
    BeginObject(table.facts, out);
    bool is_first = table.facts.empty();
    for (const Column& column : table.columns) {
      if (!is_first) out += ',';
      is_first = false;
      AppendJsonString(column.name, out);
      out += ':';
      AppendColumn(column.data, out);
    }
    out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace

Response Tables::ToResponse(const Request& request) const {
  Response response;
  if (request.WantsJson()) {
    response.content_type = "application/json";
    response.body = EncodeJson(*this);
  } else {
    response.content_type = "application/vnd.stepscope.columns";
    response.body = EncodeBinary(*this);
  }
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

}  // namespace stepscope
