// How a request wants lines to be looked at: the part of a body that its routes share
// (docs/api.md).
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "analysis/smooth.h"
#include "base/result.h"
#include "http/job.h"

namespace stepscope {

enum class XAxis : uint8_t { kStep, kRelative, kWall, kTag };

// What x is at a step that the tag on the axis lacks.
enum class XMissing : uint8_t {
  kOmit,      // The point is left out.
  kPrevious,  // That of the nearest earlier step.
  kLinear,    // Between those of the steps before and after.
};

// How every line of a request is looked at.
struct LineView {
  static constexpr uint32_t kMaxPixels = 16384;  // Wider than any screen.

  XAxis x = XAxis::kStep;
  std::string x_tag;  // kTag.
  XMissing x_missing = XMissing::kOmit;
  std::optional<double> from;  // In units of x.
  std::optional<double> to;
  uint32_t pixels = 0;  // 0: every point.
  Smoothing smoothing;
  bool all_attempts = false;

  std::stop_token stop;  // Requested when nobody waits for the lines any more.
  Job* job = nullptr;    // Counts points that were gone over, if anybody wants to know.
};

// From the members x, from, to, pixels, smoothing and attempts; INVALID_ARGUMENT with a sentence
// that names the one that is wrong.
Result<LineView> ParseLineView(const simdjson::dom::object& body);

}  // namespace stepscope
