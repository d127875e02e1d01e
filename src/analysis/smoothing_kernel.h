// What every way of smoothing does; private to this room.
#pragma once

#include <span>
#include <vector>

namespace stepscope {

// Takes the finite values of one series in order, and appends their smoothed ones in order, each as
// soon as no later value can change it.
class SmoothingKernel {
 public:
  virtual ~SmoothingKernel() = default;
  virtual void Add(std::span<const double> xs, std::span<const double> values,
                   std::vector<double>& smoothed) = 0;
  virtual void Finish(std::vector<double>& /*smoothed*/) {}
};

}  // namespace stepscope
