// The values of a golden test that are no scalars.
//
//   tensor TAG STEPS = f32|f64|i32|i64|u8|bool SHAPE NUMBERS    "- 5" is of rank 0, "2,3
//   1,2,3,4,5,6"
//                                                               a matrix; "0,3 -" has no elements.
//   strings TAG STEPS = SHAPE TEXT...
//   histogram TAG STEPS = MIN MAX LIMITS COUNTS                 Old style, as the next two.
//   image TAG STEPS = WIDTH HEIGHT TEXT
//   audio TAG STEPS = TEXT
//
// TEXT may be hex:0A1B. A tag's metadata is given as for scalars.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stepscope {

bool IsGoldenValue(std::string_view kind);

// A serialized Summary.Value. `words` are what follows the "=".
Result<std::string> MakeGoldenValue(std::string_view kind, std::string_view tag,
                                    std::span<const std::string> words, std::string_view metadata);

Result<std::string> FromHex(std::string_view text);

}  // namespace stepscope
