// Mean of the last points of a stream, in constant time a point.
#pragma once

#include <cstdint>
#include <vector>

namespace stepscope {

// A queue that knows the mean of what it holds. It only ever adds: a sum from which values were
// subtracted again would keep the rounding of a spike that is long gone.
class MeanWindow {
 public:
  void Push(double value);
  void PopOldest();  // Of a window that is not empty.
  double Result() const;

 private:
  std::vector<double>
      older_sums_;  // Of the older values, each with all that follow it; last first.
  std::vector<double> newer_;
  double newer_sum_ = 0;
};

}  // namespace stepscope
