// Points as people download them: rows of CSV and arrays of JSON, as TensorBoard writes them. Every
// number reads back exactly.
#pragma once

#include <string>

#include "store/scalar_points.h"

namespace stepscope {

// "1700000000.0,0,1.0\r\n"; numbers as Python's csv module writes them: nan, inf, True.
void AppendCsvRow(const ExactPoint& point, std::string& out);

// "[1700000000.0, 0, 1.0]"; integers exactly, bools as true, non-finite numbers as "NaN".
void AppendJsonPoint(const ExactPoint& point, std::string& out);

// Its value alone: "1.0".
void AppendJsonValue(const ExactPoint& point, std::string& out);

}  // namespace stepscope
