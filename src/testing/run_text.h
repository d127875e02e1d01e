// A run as text, to the last bit of every point: two runs are the same if their texts are.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>

#include "store/attempts.h"
#include "store/snapshot.h"

namespace stepscope {

inline void WriteSegments(const std::vector<Segment>& segments, std::ostream& out) {
  for (const Segment& segment : segments) {
    out << ' ' << segment.strand << ':' << segment.begin << '-' << segment.end << '@'
        << segment.attempt;
    if (segment.has_superseded_from) out << '<' << segment.superseded_from;
  }
  out << '\n';
}

// Without what differs between two readings of the same files: generation and reading numbers.
inline std::string TextOf(const RunSnapshot& run) {
  std::ostringstream out;
  const auto bits = [](double number) { return std::bit_cast<uint64_t>(number); };
  out << run.name << ' ' << bits(run.start_time) << ' ' << bits(run.last_wall_time) << ' '
      << run.point_count << ' ' << run.is_loaded << '\n';
  for (const FileInfo& file : run.files) {
    out << file.path << ' ' << file.bytes_read << ' ' << bits(file.first_wall_time) << ' '
        << bits(file.last_wall_time) << '\n';
  }
  const auto buffer = std::make_unique<ScalarBuffer>();
  for (const Series& series : run.series) {
    const SeriesInfo& info = *series.info;
    for (const std::string* text : {&info.tag, &info.plugin_name, &info.plugin_content,
                                    &info.display_name, &info.description}) {
      out << text->size() << *text << ' ';
    }
    out << static_cast<int>(info.data_class) << static_cast<int>(info.kind) << info.is_hidden;
    for (const Strand& strand : series.strands) {
      out << "\nstrand " << strand.file;
      for (const Purge& purge : strand.purges) {
        out << " purge " << purge.position << ' ' << purge.from_step << ' '
            << purge.is_session_start;
      }
      for (size_t b = 0; b < strand.scalars.block_count(); ++b) {
        const ScalarSpan points = strand.scalars.Read(b, *buffer);
        for (size_t i = 0; i < points.size(); ++i) {
          out << '\n'
              << points.steps[i] << ' ' << bits(points.wall_times[i]) << ' '
              << static_cast<int>(points.type) << ' ' << points.ValueBits(i);
        }
      }
      for (size_t b = 0; b < strand.blobs.block_count(); ++b) {
        const BlobSpan points = strand.blobs.block(b);
        for (size_t i = 0; i < points.size(); ++i) {
          const BlobRef& ref = points.refs[i];
          out << '\n'
              << points.steps[i] << ' ' << bits(points.wall_times[i]) << ' ' << ref.record_offset
              << ' ' << ref.record_length << ' ' << ref.value_offset << ' ' << ref.value_length
              << ' ' << ref.blobs;
        }
      }
    }
    out << "\nattempts";
    WriteSegments(FindAttempts(run, series), out);
    out << "compat";
    WriteSegments(FindCompatSegments(series), out);
  }
  return out.str();
}

}  // namespace stepscope
