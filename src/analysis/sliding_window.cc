#include "analysis/sliding_window.h"

namespace stepscope {

void MeanWindow::Push(double value) {
  newer_.push_back(value);
  newer_sum_ += value;
}

void MeanWindow::PopOldest() {
  if (older_sums_.empty()) {
    double sum = 0;
    while (!newer_.empty()) {
      sum += newer_.back();
      newer_.pop_back();
      older_sums_.push_back(sum);
    }
    newer_sum_ = 0;
  }
  older_sums_.pop_back();
}

double MeanWindow::Result() const {
  const double older = older_sums_.empty() ? 0 : older_sums_.back();
  return (older + newer_sum_) / static_cast<double>(older_sums_.size() + newer_.size());
}

}  // namespace stepscope
