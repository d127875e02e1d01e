#include "plugins/scalars/revision.h"

#include <optional>

namespace stepscope {

void Hasher::AddBytes(std::string_view bytes) {
  for (const char byte : bytes) hash_ = (hash_ ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
}

void Hasher::Add(std::string_view bytes) {
  AddBytes(bytes);
  AddNumber(bytes.size());
}

std::string Hasher::Hex() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[hash_ >> shift & 15];
  return text;
}

void HashView(const LineView& view, Hasher& hasher) {
  hasher.AddNumber(view.x);
  hasher.Add(view.x_tag);
  hasher.AddNumber(view.x_missing);
  for (const std::optional<double>& bound : {view.from, view.to}) {
    hasher.AddNumber(bound.has_value());
    hasher.AddNumber(bound.value_or(0));
  }
  hasher.AddNumber(view.pixels);
  hasher.AddNumber(view.smoothing.kind);
  hasher.AddNumber(view.smoothing.weight);
  hasher.AddNumber(view.smoothing.half_life);
  hasher.AddNumber(view.smoothing.window);
  hasher.AddNumber(view.smoothing.is_trailing);
  hasher.AddNumber(view.smoothing.width);
  hasher.AddNumber(view.all_attempts);
}

void HashPoints(const ScalarPoints& points, Hasher& hasher) {
  hasher.AddNumber(points.type());
  const auto& segments = points.segments();
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const FileInfo& file = points.run().files[points.series().strands[segment.strand].file];
    hasher.Add(file.path);
    hasher.AddNumber(file.reading);
    hasher.AddNumber(segment.begin);
    hasher.AddNumber(segment.attempt);
    hasher.AddNumber(segment.has_superseded_from ? segment.superseded_from : INT64_MIN);
    // Only the last segment may grow without moving other points.
    if (i + 1 < segments.size()) hasher.AddNumber(segment.end);
  }
}

}  // namespace stepscope
