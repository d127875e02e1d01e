// Names for the state of a line: the same as long as points were only appended.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "plugins/scalars/line_view.h"
#include "store/scalar_points.h"

namespace stepscope {

// FNV-1a: revisions only have to differ.
class Hasher {
 public:
  void Add(std::string_view bytes);
  template <typename T>
  void AddNumber(T number) {
    char bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    AddBytes({bytes, sizeof(number)});
  }
  uint64_t value() const { return hash_; }
  std::string Hex() const;

 private:
  void AddBytes(std::string_view bytes);
  uint64_t hash_ = 0xcbf29ce484222325;
};

// The question: every member of the view.
void HashView(const LineView& view, Hasher& hasher);
// What the points consist of beside the length of the last segment.
void HashPoints(const ScalarPoints& points, Hasher& hasher);

}  // namespace stepscope
