// The inverse of record_reader.h.
#pragma once

#include <string>
#include <string_view>

namespace stepscope {

// Appends one framed record to `out`.
void AppendRecord(std::string_view data, std::string& out);

}  // namespace stepscope
