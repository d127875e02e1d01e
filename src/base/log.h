// One line a message on stderr: "LEVEL what happened key=value ... path=...".
//
// error: something was lost or not done; warning: done differently than asked; info: rare, for the
// user. The rooms base, wire, http, series, store and analysis never log: they return errors.
#pragma once

#include <string_view>

namespace stepscope {

void LogInfo(std::string_view line);
void LogWarning(std::string_view line);
void LogError(std::string_view line);

}  // namespace stepscope
