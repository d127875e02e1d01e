#include "wire/histogram_view.h"

#include <algorithm>
#include <bit>

#include "wire/proto_reader.h"

namespace stepscope {
namespace {

enum Field : uint32_t { kMin = 1, kMax = 2, kLimits = 6, kCounts = 7 };

struct Parts {
  double min = 0;
  double max = 0;
  std::vector<double> limits;
  std::vector<double> counts;
};

// Repeated doubles, packed or not.
bool Append(const ProtoField& field, std::vector<double>& out) {
  if (field.type == WireType::kFixed64) {
    out.push_back(field.AsDouble());
    return true;
  }
  out.reserve(out.size() + field.bytes.size() / sizeof(double));
  ProtoReader packed(field.bytes);
  for (uint64_t bits = 0; packed.NextFixed64(bits);) out.push_back(std::bit_cast<double>(bits));
  return packed.ok();
}

bool ReadParts(std::span<const std::byte> message, Parts& parts) {
  ProtoReader fields(message);
  for (ProtoField field; fields.Next(field);) {
    if (field.Is(kMin, WireType::kFixed64)) parts.min = field.AsDouble();
    if (field.Is(kMax, WireType::kFixed64)) parts.max = field.AsDouble();
    const bool is_repeated = field.type == WireType::kFixed64 || field.type == WireType::kBytes;
    if (is_repeated && field.number == kLimits && !Append(field, parts.limits)) return false;
    if (is_repeated && field.number == kCounts && !Append(field, parts.counts)) return false;
  }
  return fields.ok();
}

}  // namespace

std::optional<std::vector<HistogramBucket>> ParseHistogram(std::span<const std::byte> message) {
  Parts parts;
  if (!ReadParts(message, parts)) return std::nullopt;
  const size_t size = std::min(parts.limits.size(), parts.counts.size());
  const auto counts = std::span<const double>(parts.counts).first(size);
  const auto is_full = [](double count) { return count > 0; };
  const auto first = std::find_if(counts.begin(), counts.end(), is_full);
  if (first == counts.end()) return std::vector<HistogramBucket>();
  const auto last = std::find_if(counts.rbegin(), counts.rend(), is_full);
  const auto begin = static_cast<size_t>(first - counts.begin());
  const auto end = static_cast<size_t>(counts.rend() - last);

  std::vector<HistogramBucket> buckets;
  buckets.reserve(end - begin);
  for (size_t i = begin; i < end; ++i) {
    buckets.push_back({.left = i == begin ? parts.min : parts.limits[i - 1],
                       .right = i + 1 == end ? parts.max : parts.limits[i],
                       .count = counts[i]});
  }
  return buckets;
}

}  // namespace stepscope
