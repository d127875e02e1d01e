// Golden tests: behaviour as text (plugins/*/golden/*.test). Events go in, requests are asked, and
// the answers are compared with what the file says. golden_file.h has the form, golden_world.h the
// events; the questions are:
//
//   get PATH                     With a query, encoded as in an address.
//   post PATH JSON               Goes on in indented lines. "$revision" and $count stand for those
//   of post PATH form FIELDS        the last answer's first table. stats What was lost or repaired
//   so far.
//
//   show NAME...                 Which columns and facts of tables are printed from here on; at
//   first
//                                step, value, smoothed and attempt.
//
// Whatever is answered with tables is asked again as columns, which must say the same.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plugin/plugin.h"

namespace stepscope {

// What differs, each with its file and line; empty when the test passes. With `update` the file
// gets the answers of today, and only what is no question of answers fails.
std::vector<std::string> RunGoldenFile(const std::string& path,
                                       std::span<const Plugin* const> plugins, bool update);

}  // namespace stepscope
