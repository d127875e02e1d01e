// Which points of a line to answer with: those in the window, thinned to a width.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/thin.h"
#include "plugins/scalars/axis.h"
#include "plugins/scalars/line_view.h"
#include "store/scalar_points.h"

namespace stepscope {

struct Selection {
  // A note above 0 says that `exact[note - 1]` is the point to the last bit.
  std::vector<ThinPoint> points;
  std::vector<ExactPoint> exact;
  uint64_t unsettled_ordinal = 0;  // Points from here on may change when series grow,
  uint64_t unsettled = 0;          // and so may the last ones of `points`.
  uint64_t nowhere = 0;            // Points that were left out because x is missing.
};

// Visits every point, for any view. `first_ordinal` is the first that the client lacks; what it
// lets through the window is new to the client too. Gives up with more than `max_points`.
Selection SelectPoints(const ScalarPoints& points, const LineView& view, const SmoothingPlan& plan,
                       const XTag* x, bool is_constant, uint64_t first_ordinal,
                       uint64_t max_points);

// The same points where nothing but the width decides: a block that falls into one pixel column, or
// lies beside the window, is known by its summary, and of the others only runs of points are
// compared. Ten million points take less than a millisecond.
bool CanSelectByBlocks(const LineView& view);
Selection SelectByBlocks(const ScalarPoints& points, const LineView& view, uint64_t first_ordinal);

}  // namespace stepscope
