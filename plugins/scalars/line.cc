#include "plugins/scalars/line.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "analysis/smooth.h"
#include "analysis/thin.h"

namespace stepscope {
namespace {

std::string_view TypeName(ScalarType type) {
  constexpr std::string_view kNames[] = {"f32", "f64", "i64", "u64", "bool", "mixed"};
  return kNames[static_cast<size_t>(type)];
}

// FNV-1a: revisions only have to differ.
class Hasher {
 public:
  void Add(std::string_view bytes) {
    for (const char byte : bytes) hash_ = (hash_ ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
    AddNumber(bytes.size());
  }
  template <typename T>
  void AddNumber(T number) {
    char bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    for (const char byte : bytes) hash_ = (hash_ ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  }
  std::string Hex() const {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[hash_ >> shift & 15];
    return text;
  }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

bool IsConstant(const ScalarPoints& points) {
  ConstantCheck check;
  bool is_constant = true;
  for (PointCursor cursor(points); is_constant && cursor.Next();) {
    is_constant = check.Add(cursor.values());
  }
  return is_constant;
}

// What a line consists of beside its length: it stays the same while points are only appended.
std::string RevisionOf(const ScalarPoints& points, const LineView& view, bool is_constant) {
  Hasher hasher;
  hasher.AddNumber(static_cast<uint8_t>(view.x));
  for (const std::optional<double>& bound : {view.from, view.to}) {
    hasher.AddNumber(bound.has_value());
    hasher.AddNumber(bound.value_or(0));
  }
  hasher.AddNumber(view.pixels);
  hasher.AddNumber(view.smoothing);
  hasher.AddNumber(view.all_attempts);
  hasher.AddNumber(is_constant);  // Smoothing begins when the series stops being constant.
  hasher.AddNumber(static_cast<uint8_t>(points.type()));

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
  return hasher.Hex();
}

// Where points lie on the axis that a question measures in.
class Axis {
 public:
  Axis(XAxis kind, const ScalarPoints& points) : kind_(kind) {
    if (kind_ == XAxis::kRelative) origin_ = FirstFiniteTime(points);
  }
  double Of(const PointCursor& cursor, size_t i) const {
    if (kind_ == XAxis::kStep) return static_cast<double>(cursor.steps()[i]);
    return cursor.wall_times()[i] - origin_;
  }

 private:
  // 0 if there is none. Every time is measured from here, so a single broken one must not be it.
  static double FirstFiniteTime(const ScalarPoints& points) {
    for (PointCursor cursor(points); cursor.Next();) {
      for (const double time : cursor.wall_times()) {
        if (std::isfinite(time)) return time;
      }
    }
    return 0;
  }

  XAxis kind_;
  double origin_ = 0;
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

// The part of the axis that the chart shows: the window, or what the line covers of it.
Range VisibleRange(const ScalarPoints& points, const Axis& axis, const LineView& view) {
  Range range;
  if (!view.from || !view.to) {
    for (PointCursor cursor(points); cursor.Next();) {
      for (size_t i = 0; i < cursor.indices().size(); ++i) {
        const double x = axis.Of(cursor, i);
        if (!std::isfinite(x)) continue;
        range.low = std::min(range.low, x);
        range.high = std::max(range.high, x);
      }
    }
  }
  return {view.from.value_or(range.low), view.to.value_or(range.high)};
}

// Lets through the points inside the window, and those just outside at either end of a piece of
// line that is, at least in part, inside.
class Window {
 public:
  explicit Window(const LineView& view)
      : from_(view.from.value_or(-std::numeric_limits<double>::infinity())),
        to_(view.to.value_or(std::numeric_limits<double>::infinity())),
        is_open_(!view.from && !view.to) {}

  // Calls pass(point) for the points that `point`, the next of the line, lets through.
  template <typename Pass>
  void Add(const ThinPoint& point, Pass pass) {
    if (is_open_) return pass(point);
    const bool is_inside = point.x >= from_ && point.x <= to_;
    const bool is_connected = has_previous_ && (previous_is_inside_ || is_inside || Crosses(point));
    if (is_connected && !previous_passed_) pass(previous_);
    const bool passes = is_inside || is_connected;
    if (passes) pass(point);
    previous_ = point;
    has_previous_ = true;
    previous_is_inside_ = is_inside;
    previous_passed_ = passes;
  }

 private:
  bool Crosses(const ThinPoint& point) const {
    return (previous_.x < from_ && point.x > to_) || (previous_.x > to_ && point.x < from_);
  }

  double from_;
  double to_;
  bool is_open_;
  ThinPoint previous_;
  bool has_previous_ = false;
  bool previous_is_inside_ = false;
  bool previous_passed_ = false;
};

// The points to answer with. `first_ordinal` is the first that the client lacks; what it lets
// through the window is new to the client too.
std::vector<ThinPoint> SelectPoints(const ScalarPoints& points, const LineView& view,
                                    bool is_constant, uint64_t first_ordinal, uint64_t max_points) {
  const Axis axis(view.x, points);
  const bool has_smoothed = view.smoothing > 0;
  std::optional<Thinner> thinner;
  if (view.pixels > 0) {
    const Range range = VisibleRange(points, axis, view);
    thinner.emplace(range.low, range.high, view.pixels, has_smoothed);
  }
  Smoother smoother(view.smoothing, is_constant);
  Window window(view);
  std::vector<ThinPoint> selected;
  if (!thinner && !view.from && !view.to) {
    // One more shows that there are too many.
    selected.reserve(std::min(points.visible_count() - first_ordinal, max_points + 1));
  }
  std::vector<double> smoothed;
  uint64_t ordinal = 0;
  for (PointCursor cursor(points); cursor.Next() && selected.size() <= max_points;) {
    const size_t size = cursor.indices().size();
    smoothed.assign(size, 0);
    if (has_smoothed) smoother.Add(cursor.values(), smoothed);
    for (size_t i = 0; i < size; ++i, ++ordinal) {
      const ThinPoint point = {.index = cursor.indices()[i],
                               .x = axis.Of(cursor, i),
                               .value = cursor.values()[i],
                               .smoothed = smoothed[i]};
      window.Add(point, [&](const ThinPoint& passed) {
        if (ordinal < first_ordinal) return;
        if (thinner) {
          thinner->Add(passed);
        } else {
          selected.push_back(passed);
        }
      });
    }
  }
  return thinner ? thinner->Finish() : selected;
}

std::vector<Column> ReadColumns(const ScalarPoints& points, const LineView& view,
                                const std::vector<ThinPoint>& selected) {
  const bool is_signed = points.type() == ScalarType::kInt64;
  const bool is_unsigned = points.type() == ScalarType::kUint64;
  const size_t size = selected.size();
  std::vector<int64_t> steps;
  std::vector<double> wall_times;
  std::vector<double> numbers;
  std::vector<uint64_t> unsigned_integers;
  std::vector<int64_t> integers;
  std::vector<double> smoothed;
  std::vector<uint32_t> attempts;
  steps.reserve(size);
  wall_times.reserve(size);
  if (is_signed) {
    integers.reserve(size);
  } else if (is_unsigned) {
    unsigned_integers.reserve(size);
  } else {
    numbers.reserve(size);
  }
  if (view.smoothing > 0) smoothed.reserve(size);
  if (view.all_attempts) attempts.reserve(size);
  PointReader reader(points);
  for (const ThinPoint& place : selected) {
    const ExactPoint point = reader.Read(place.index);
    steps.push_back(point.step);
    wall_times.push_back(point.wall_time);
    if (is_signed) {
      integers.push_back(static_cast<int64_t>(point.integer));
    } else if (is_unsigned) {
      unsigned_integers.push_back(point.integer);
    } else {
      numbers.push_back(point.as_double);
    }
    if (view.smoothing > 0) smoothed.push_back(place.smoothed);
    if (view.all_attempts) attempts.push_back(point.attempt);
  }
  std::vector<Column> columns;
  columns.push_back({"step", std::move(steps)});
  columns.push_back({"wall_time", std::move(wall_times)});
  if (is_signed) {
    columns.push_back({"value", std::move(integers)});
  } else if (is_unsigned) {
    columns.push_back({"value", std::move(unsigned_integers)});
  } else {
    columns.push_back({"value", std::move(numbers)});
  }
  if (view.smoothing > 0) columns.push_back({"smoothed", std::move(smoothed)});
  if (view.all_attempts) columns.push_back({"attempt", std::move(attempts)});
  return columns;
}

}  // namespace

Error TooManyPoints() {
  return {Code::kResourceExhausted,
          "the answer would have too many points; ask for fewer series, or give pixels"};
}

Result<Table> QueryLine(const RunSnapshot& run, const Series& series, const LineView& view,
                        const std::optional<KnownLine>& known, uint64_t max_points) {
  const ScalarPoints points(run, series,
                            view.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded);
  const bool is_constant = view.smoothing > 0 && IsConstant(points);
  const std::string revision = RevisionOf(points, view, is_constant);
  const bool is_continued =
      known && known->revision == revision && known->count <= points.visible_count();
  const uint64_t first_ordinal = is_continued ? known->count : 0;

  const auto selected = SelectPoints(points, view, is_constant, first_ordinal, max_points);
  if (selected.size() > max_points) return TooManyPoints();
  Table table;
  table.facts["revision"] = revision;
  table.facts["count"] = points.visible_count();
  table.facts["from_ordinal"] = first_ordinal;
  table.facts["attempts"] = points.attempt_count();
  table.facts["type"] = TypeName(points.type());
  table.facts["superseded"] = points.superseded_count();
  table.columns = ReadColumns(points, view, selected);
  return table;
}

}  // namespace stepscope
