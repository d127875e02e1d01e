// JSON of ASCII alone, as Python's json writes it.
#pragma once

#include <string>
#include <string_view>

namespace stepscope {

// Appends a string with its quotes. `text` is valid UTF-8.
void AppendAsciiJson(std::string_view text, std::string& out);

}  // namespace stepscope
