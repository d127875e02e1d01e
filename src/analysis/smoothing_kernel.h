// What every way of smoothing does; private to this room.
#pragma once

#include <span>
#include <vector>

namespace stepscope {

// Takes the finite values of one series in order, and appends their smoothed ones in order, none
// before no later value can change it.
class SmoothingKernel {
 public:
  virtual ~SmoothingKernel() = default;
  virtual void Add(std::span<const double> xs, std::span<const double> values,
                   std::vector<double>& smoothed) = 0;
  // Appends those that were kept back although no later value can change them.
  virtual void Settle(std::vector<double>& /*smoothed*/) {}
  virtual void Finish(std::vector<double>& /*smoothed*/) {}
};

}  // namespace stepscope
