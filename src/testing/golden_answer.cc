#include "testing/golden_answer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "base/strings.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

// JSON with a blank after ',' and ':' and the shortest numbers: 1 for 1.0.
void Print(const Json& value, std::string& out) {
  if (value.is_object()) {
    out += '{';
    for (auto member = value.begin(); member != value.end(); ++member) {
      if (member != value.begin()) out += ", ";
      out += Json(member.key()).dump() + ": ";
      Print(*member, out);
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ", ";
      Print(value[i], out);
    }
    out += ']';
  } else if (value.is_number_float()) {
    std::string number = FormatDouble(value.get<double>());
    if (number.ends_with(".0")) number.resize(number.size() - 2);
    out += number;
  } else {
    out += value.dump();
  }
}

void PrintMember(const std::string& name, const Json& value, std::string& out) {
  Print(Json::object({{name, value}}), out);
  out += '\n';
}

void PrintTables(const Json& tables, const std::vector<std::string>& shown, std::string& out) {
  for (const Json& table : tables) {
    if (tables.size() > 1 && table.contains("run")) {
      Print(Json::object({{"run", table["run"]}, {"tag", table["tag"]}}), out);
      out += '\n';
    }
    for (const auto& [name, value] : table.items()) {
      const bool is_shown = std::find(shown.begin(), shown.end(), name) != shown.end();
      if (is_shown) PrintMember(name, value, out);
    }
  }
}

// Members as they stand in the answer, because TensorBoard's clients see "1.0" and not "1".
void PrintMembers(std::string_view json, std::string& out) {
  const bool is_object = json.starts_with('{');
  const std::string_view inside = json.substr(1, json.size() - 2);
  size_t begin = 0;
  int depth = 0;
  bool is_text = false;
  const auto print = [&](size_t end) {
    const std::string_view member = StripWhitespace(inside.substr(begin, end - begin));
    begin = end + 1;
    if (member.empty()) return;
    if (is_object) {
      out.append("{").append(member).append("}\n");
    } else {
      out.append(member).append("\n");
    }
  };
  for (size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (is_text) {
      if (c == '\\') ++i;
      if (c == '"') is_text = false;
    } else if (c == '"') {
      is_text = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      print(i);
    }
  }
  print(inside.size());
  if (out.empty()) out = std::string(json) + "\n";
}

template <typename T>
Json ReadColumn(const char* at, size_t length) {
  Json column = Json::array();
  for (size_t i = 0; i < length; ++i) {
    T value;
    std::memcpy(&value, at + i * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(value)) {
        column.push_back("NaN");
        continue;
      }
      if (std::isinf(value)) {
        column.push_back(value > 0 ? "Infinity" : "-Infinity");
        continue;
      }
    }
    column.push_back(value);
  }
  return column;
}

}  // namespace

std::string PrintAnswer(const Response& response, const std::vector<std::string>& shown) {
  std::string out;
  if (response.status != 200) out = std::to_string(response.status) + " ";
  if (response.content_type == "application/json") {
    const Json json = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.contains("tables")) {
      PrintTables(json["tables"], shown, out);
    } else if (json.is_discarded()) {
      out += "(no JSON) " + response.body;
    } else {
      PrintMembers(response.body, out);
    }
  } else {
    out += response.body;
    std::erase(out, '\r');
  }
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  return out;
}

std::string PrintStats(const Stats& stats) {
  std::string out;
  for (const auto& [stat, summary] : stats.Get()) {
    const StatInfo& info = Describe(stat);
    constexpr const char* kSeverities[] = {"info", "repaired", "lost"};
    std::set<std::string> files;
    for (const StatOccurrence& occurrence : summary.occurrences) files.insert(occurrence.file);
    Print(Json::object({{"name", info.name},
                        {"severity", kSeverities[static_cast<size_t>(info.severity)]},
                        {"count", summary.count},
                        {"files", files}}),
          out);
    out += '\n';
  }
  return out;
}

Json DecodeColumns(std::string_view bytes) {
  constexpr std::string_view kMagic = "SSCOLS1\n";
  constexpr size_t kPreamble = 16;
  if (bytes.size() < kPreamble || !bytes.starts_with(kMagic)) return nullptr;
  uint32_t header_size = 0;
  std::memcpy(&header_size, bytes.data() + kMagic.size(), sizeof(header_size));
  if (header_size % 8 != 0 || header_size > bytes.size() - kPreamble) return nullptr;
  Json answer = Json::parse(bytes.substr(kPreamble, header_size), nullptr, false);
  if (!answer.is_object()) return nullptr;
  const std::string_view data = bytes.substr(kPreamble + header_size);
  for (Json& table : answer["tables"]) {
    const Json columns = table["columns"];
    table.erase("columns");
    for (const Json& column : columns) {
      const auto type = column["type"].get<std::string>();
      const auto length = column["length"].get<size_t>();
      const auto offset = column["offset"].get<size_t>();
      const size_t width = type == "u8" ? 1 : type == "f32" || type == "u32" ? 4 : 8;
      if (offset % 8 != 0 || offset > data.size() || length > (data.size() - offset) / width) {
        return nullptr;
      }
      const char* at = data.data() + offset;
      table[column["name"].get<std::string>()] = type == "f64"   ? ReadColumn<double>(at, length)
                                                 : type == "f32" ? ReadColumn<float>(at, length)
                                                 : type == "i64" ? ReadColumn<int64_t>(at, length)
                                                 : type == "u64" ? ReadColumn<uint64_t>(at, length)
                                                 : type == "u32" ? ReadColumn<uint32_t>(at, length)
                                                                 : ReadColumn<uint8_t>(at, length);
    }
  }
  return answer;
}

}  // namespace stepscope
