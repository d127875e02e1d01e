#include "store/attempts.h"

#include <algorithm>
#include <optional>
#include <span>

namespace stepscope {
namespace {

struct StepRange {
  int64_t first = 0;
  int64_t lowest = INT64_MAX;
  int64_t highest = INT64_MIN;
};

// `steps` are a block's, whose first point is `ordinal`.
void Widen(std::span<const int64_t> steps, uint64_t ordinal, uint64_t begin, uint64_t end,
           StepRange& range) {
  if (ordinal <= begin && begin < ordinal + steps.size()) range.first = steps[begin - ordinal];
  const uint64_t from = std::max(begin, ordinal);
  const uint64_t to = std::min(end, ordinal + steps.size());
  for (uint64_t j = from; j < to; ++j) {
    range.lowest = std::min(range.lowest, steps[j - ordinal]);
    range.highest = std::max(range.highest, steps[j - ordinal]);
  }
}

StepRange StepsOf(const Strand& strand, uint64_t begin, uint64_t end) {
  StepRange range;
  const ScalarColumnView& scalars = strand.scalars;
  ScalarBuffer buffer;
  for (size_t i = begin < scalars.size() ? scalars.Find(begin).block : scalars.block_count();
       i < scalars.block_count() && scalars.first_ordinal(i) < end; ++i) {
    const uint64_t first = scalars.first_ordinal(i);
    const BlockSummary* const summary = scalars.summary(i);
    if (summary != nullptr && first >= begin && first + scalars.count(i) <= end) {
      if (first == begin) range.first = summary->first.step;
      range.lowest = std::min(range.lowest, summary->lowest_step);
      range.highest = std::max(range.highest, summary->highest_step);
    } else {
      Widen(scalars.Read(i, buffer, kSteps).steps, first, begin, end, range);
    }
  }
  uint64_t ordinal = 0;
  for (size_t i = 0; i < strand.blobs.block_count() && ordinal < end; ++i) {
    const auto steps = strand.blobs.block(i).steps;
    Widen(steps, ordinal, begin, end, range);
    ordinal += steps.size();
  }
  return range;
}

void Supersede(Segment& segment, int64_t from_step) {
  segment.superseded_from = std::min(segment.superseded_from, from_step);
  segment.has_superseded_from = true;
}

// A segment with what is needed to tell whether a later one goes back.
struct Candidate {
  Segment segment;
  StepRange steps;
};

// Whether steps that begin at `first` go back to what `earlier` still shows. A file that repeats
// the last step does; a series that stays at one step has nowhere to go back to.
bool GoesBack(int64_t first, const Candidate& earlier) {
  int64_t highest = earlier.steps.highest;
  if (earlier.segment.has_superseded_from && highest >= earlier.segment.superseded_from) {
    if (earlier.segment.superseded_from <= earlier.steps.lowest) return false;  // Nothing is left.
    highest = earlier.segment.superseded_from - 1;                              // At most.
  }
  return first < highest || (first == highest && earlier.steps.lowest < highest);
}

// Puts `next` behind `earlier` and marks what it writes again. `start_step`: it begins at a START.
void AddAttempt(const RunSnapshot& run, const Series& series, std::optional<int64_t> start_step,
                Candidate next, std::vector<Candidate>& earlier) {
  const FileInfo& file = run.files[series.strands[next.segment.strand].file];
  for (Candidate& other : earlier) {
    const bool is_same_file = other.segment.strand == next.segment.strand;
    const FileInfo& other_file = run.files[series.strands[other.segment.strand].file];
    // Files that overlap in time belong to concurrent writers.
    const bool is_over = is_same_file || other_file.last_wall_time < file.first_wall_time;
    const bool goes_back = !is_same_file && GoesBack(next.steps.first, other);
    uint32_t attempt = other.segment.attempt;
    if (is_over && (start_step || goes_back)) {
      int64_t from_step = start_step.value_or(next.steps.first);
      if (goes_back) from_step = std::min(from_step, next.steps.first);
      Supersede(other.segment, from_step);
      ++attempt;
    }
    next.segment.attempt = std::max(next.segment.attempt, attempt);
  }
  earlier.push_back(next);
}

// Where the strand is cut: at the STARTs that values of the tag follow. Two at one place are one,
// with the lower step.
std::vector<Purge> StartsOf(const Strand& strand) {
  std::vector<Purge> starts;
  for (const Purge& purge : strand.purges) {
    if (!purge.is_session_start || purge.position >= strand.size()) continue;
    if (!starts.empty() && starts.back().position == purge.position) {
      starts.back().from_step = std::min(starts.back().from_step, purge.from_step);
    } else {
      starts.push_back(purge);
    }
  }
  return starts;
}

}  // namespace

std::vector<Segment> FindAttempts(const RunSnapshot& run, const Series& series) {
  const auto is_simple = [](const Strand& strand) { return strand.purges.empty(); };
  if (series.strands.size() == 1 && is_simple(series.strands.front())) {
    return {{.strand = 0, .begin = 0, .end = series.strands.front().size()}};
  }

  std::vector<Candidate> candidates;
  for (size_t i = 0; i < series.strands.size(); ++i) {
    const Strand& strand = series.strands[i];
    if (strand.size() == 0) continue;
    std::vector<Purge> starts = StartsOf(strand);
    const auto add = [&](uint64_t begin, uint64_t end, std::optional<int64_t> start_step) {
      AddAttempt(run, series, start_step,
                 {.segment = {.strand = i, .begin = begin, .end = end},
                  .steps = StepsOf(strand, begin, end)},
                 candidates);
    };
    if (starts.empty() || starts.front().position > 0) {
      add(0, starts.empty() ? strand.size() : starts.front().position, std::nullopt);
    }
    for (size_t k = 0; k < starts.size(); ++k) {
      const uint64_t end = k + 1 < starts.size() ? starts[k + 1].position : strand.size();
      add(starts[k].position, end, starts[k].from_step);
    }
  }

  std::vector<Segment> segments;
  segments.reserve(candidates.size());
  for (const Candidate& candidate : candidates) segments.push_back(candidate.segment);
  return segments;
}

std::vector<Segment> FindCompatSegments(const Series& series) {
  // Backwards: a point is purged by the lowest step among all the purges behind it.
  std::vector<Segment> segments;
  Segment bound;
  const auto add = [&](size_t strand, uint64_t begin, uint64_t end) {
    if (begin == end) return;
    segments.push_back(bound);
    segments.back().strand = strand;
    segments.back().begin = begin;
    segments.back().end = end;
  };
  for (size_t i = series.strands.size(); i-- > 0;) {
    const Strand& strand = series.strands[i];
    uint64_t end = strand.size();
    for (auto purge = strand.purges.rbegin(); purge != strand.purges.rend(); ++purge) {
      add(i, purge->position, end);
      end = purge->position;
      Supersede(bound, purge->from_step);
    }
    add(i, 0, end);
  }
  std::reverse(segments.begin(), segments.end());
  return segments;
}

}  // namespace stepscope
