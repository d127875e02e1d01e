// application/vnd.stepscope.columns: several tables of typed columns in one answer, for pages that
// read them with typed arrays and without a copy. The layout is in docs/format/columns.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/request.h"
#include "http/response.h"

namespace stepscope {

using ColumnData = std::variant<std::vector<double>, std::vector<float>, std::vector<int64_t>,
                                std::vector<uint64_t>, std::vector<uint32_t>, std::vector<uint8_t>>;

struct Column {
  std::string name;
  ColumnData data;  // f64, f32, i64, u64, u32, u8.
};

// One table: facts about it, and columns of one length.
struct Table {
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();
  std::vector<Column> columns;
};

// An answer of tables. As JSON: {...facts, "tables": [{...facts, "<column>": [...]}, ...]}; i64 and
// u64 as exact integers, non-finite numbers as strings.
struct Tables {
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();
  std::vector<Table> tables;

  Response ToResponse(const Request& request) const;  // JSON or columns, as the request accepts.
};

}  // namespace stepscope
