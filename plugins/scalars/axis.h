// Where the points of a line lie on the axis that a question measures in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/result.h"
#include "plugin/scalar_series.h"
#include "plugins/scalars/line_view.h"
#include "store/scalar_points.h"

namespace stepscope {

// One scalar of a run as x of its others, which meet it at their steps: of several points at a step
// the last one counts, and values that are not finite are no places. Points that a restart
// superseded are hidden. Immutable.
class XTag {
 public:
  XTag() = default;  // Of a run that does not have the tag.
  XTag(const RunSnapshot& run, const Series& series);

  // Not a number where there is none. `hint` is where the last look-up ended; steps that grow are
  // found at once.
  double At(int64_t step, XMissing missing, size_t& hint) const;
  // Whether points that are appended, in the order of their steps, can change x at `step`; if they
  // come in another order, the revision changes.
  bool IsSettled(int64_t step) const { return !steps_.empty() && step <= steps_.back(); }
  uint64_t revision() const { return revision_; }
  size_t size() const { return steps_.size(); }

 private:
  std::vector<int64_t> steps_;  // Ascending, each once.
  std::vector<double> xs_;
  uint64_t revision_ = 0;
};

// The XTags that the lines of one request need, each read once. Not thread-safe.
class XTags {
 public:
  // 192 MiB for all runs of a request.
  static constexpr uint64_t kMaxPoints = uint64_t{3} << 22;

  // Both must outlive this.
  XTags(SeriesFinder& finder, const LineView& view) : finder_(finder), view_(view) {}

  // Null where x is no tag; lives as long as this.
  Result<const XTag*> Of(const RunSnapshot& run);

 private:
  SeriesFinder& finder_;
  const LineView& view_;
  std::map<const RunSnapshot*, XTag> tags_;
  uint64_t points_left_ = kMaxPoints;
};

// The axis of one line; the line and `tag` must outlive it.
class Axis {
 public:
  // `tag` is null unless x is a tag.
  Axis(const LineView& view, const ScalarPoints& points, const XTag* tag);

  // Replaces `xs` by those of the cursor's points. Not a number: the point is nowhere.
  void Read(const PointCursor& cursor, std::vector<double>& xs);
  // Of a point of that step and wall time, unless x is a tag. Grows with both.
  double Of(int64_t step, double wall_time) const {
    return is_by_step() ? static_cast<double>(step) : wall_time - origin_;
  }
  bool is_by_step() const { return kind_ == XAxis::kStep; }
  // Whether x of that step stays as it is when series grow.
  bool IsSettled(int64_t step) const { return tag_ == nullptr || tag_->IsSettled(step); }
  // Whether points that are nowhere are left out.
  bool LeavesOut() const { return tag_ != nullptr; }

 private:
  XAxis kind_;
  XMissing missing_;
  const XTag* tag_;
  size_t hint_ = 0;
  double origin_ = 0;
};

}  // namespace stepscope
