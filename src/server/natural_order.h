// The order in which people expect names: "run2" before "run10", "lr=0.01" before
// "lr=0.1", "a" before "B".
#pragma once

#include <string_view>

namespace stepscope {

// A strict weak order in which only equal names are equivalent: numbers by value, ASCII letters
// without case, and the plain bytes where nothing else tells two names apart.
bool NaturalLess(std::string_view a, std::string_view b);

}  // namespace stepscope
