#include "plugins/scalars/axis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "base/check.h"
#include "plugins/scalars/revision.h"

namespace stepscope {
namespace {

constexpr double kNowhere = std::numeric_limits<double>::quiet_NaN();

// 0 if there is none. Every time is measured from here, so a single broken one must not be it.
double FirstFiniteTime(const ScalarPoints& points) {
  for (PointCursor cursor(points); cursor.Next();) {
    for (const double time : cursor.wall_times()) {
      if (std::isfinite(time)) return time;
    }
  }
  return 0;
}

// Sorts by step; of those at one step the last stays.
void SortSteps(std::vector<int64_t>& steps, std::vector<double>& xs) {
  std::vector<uint32_t> order(steps.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return steps[a] < steps[b]; });
  std::vector<int64_t> sorted_steps;
  std::vector<double> sorted_xs;
  for (const uint32_t i : order) {
    if (!sorted_steps.empty() && sorted_steps.back() == steps[i]) {
      sorted_xs.back() = xs[i];
      continue;
    }
    sorted_steps.push_back(steps[i]);
    sorted_xs.push_back(xs[i]);
  }
  steps = std::move(sorted_steps);
  xs = std::move(sorted_xs);
}

}  // namespace

XTag::XTag(const RunSnapshot& run, const Series& series) {
  const ScalarPoints points(run, series, Restarts::kHideSuperseded);
  CHECK(points.visible_count() <= XTags::kMaxPoints);
  uint64_t steps_back = 0;
  int64_t highest = 0;
  for (PointCursor cursor(points); cursor.Next();) {
    for (size_t i = 0; i < cursor.values().size(); ++i) {
      if (!std::isfinite(cursor.values()[i])) continue;
      const int64_t step = cursor.steps()[i];
      if (!steps_.empty() && step <= highest) ++steps_back;
      highest = steps_.empty() ? step : std::max(highest, step);
      steps_.push_back(step);
      xs_.push_back(cursor.values()[i]);
    }
  }
  if (steps_back > 0) SortSteps(steps_, xs_);
  Hasher hasher;
  HashPoints(points, hasher);
  hasher.AddNumber(steps_back);
  revision_ = hasher.value();
}

double XTag::At(int64_t step, XMissing missing, size_t& hint) const {
  // The first place that is not before the step: nearly always the hint or the one behind it.
  size_t at = hint;
  if (at > 0 && steps_[at - 1] >= step) at = 0;
  for (int tries = 0; at < steps_.size() && steps_[at] < step; ++tries) {
    if (tries < 4) {
      ++at;
      continue;
    }
    const auto from = steps_.begin() + static_cast<ptrdiff_t>(at);
    at = static_cast<size_t>(std::lower_bound(from, steps_.end(), step) - steps_.begin());
  }
  hint = at;
  if (at < steps_.size() && steps_[at] == step) return xs_[at];
  if (missing == XMissing::kOmit || at == 0) return kNowhere;
  if (missing == XMissing::kPrevious) return xs_[at - 1];
  if (at == steps_.size()) return kNowhere;
  const double width = static_cast<double>(steps_[at]) - static_cast<double>(steps_[at - 1]);
  const double way = static_cast<double>(step) - static_cast<double>(steps_[at - 1]);
  return std::lerp(xs_[at - 1], xs_[at], width > 0 ? way / width : 0);
}

Result<const XTag*> XTags::Of(const RunSnapshot& run) {
  if (view_.x != XAxis::kTag) return static_cast<const XTag*>(nullptr);
  const auto [entry, is_new] = tags_.try_emplace(&run);
  if (!is_new) return static_cast<const XTag*>(&entry->second);
  const FoundSeries found = finder_.Find(run.name, view_.x_tag);
  if (found.series == nullptr || found.run != &run || found.series->info->is_hidden) {
    return static_cast<const XTag*>(&entry->second);
  }
  if (found.series->size() > points_left_) {
    return Error{Code::kResourceExhausted, "the tags on the x axis have more than " +
                                               std::to_string(kMaxPoints) +
                                               " points; ask for fewer runs"};
  }
  points_left_ -= found.series->size();
  entry->second = XTag(run, *found.series);
  return static_cast<const XTag*>(&entry->second);
}

Axis::Axis(const LineView& view, const ScalarPoints& points, const XTag* tag)
    : kind_(view.x), missing_(view.x_missing), tag_(tag) {
  if (kind_ == XAxis::kRelative) origin_ = FirstFiniteTime(points);
}

void Axis::Read(const PointCursor& cursor, std::vector<double>& xs) {
  const size_t size = cursor.indices().size();
  xs.resize(size);
  for (size_t i = 0; i < size; ++i) {
    switch (kind_) {
      case XAxis::kStep:
        xs[i] = static_cast<double>(cursor.steps()[i]);
        break;
      case XAxis::kRelative:
      case XAxis::kWall:
        xs[i] = cursor.wall_times()[i] - origin_;
        break;
      case XAxis::kTag:
        xs[i] = tag_->At(cursor.steps()[i], missing_, hint_);
        break;
    }
  }
}

}  // namespace stepscope
