// Every fixture (tests/data/fixtures/README.md) read by the real ingest, and its runs and scalar
// series compared with what TensorBoard said of them.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "base/stats.h"
#include "base/strings.h"
#include "ingest/ingest.h"
#include "store/attempts.h"

namespace stepscope {
namespace {

using nlohmann::json;

constexpr char kFixtures[] = "tests/data/fixtures";

// Where we show more than TensorBoard's Python loader, and why: "fixture run" or "fixture run tag".
const std::map<std::string, std::string> kDifferences = {
    {"broken-data-crc bad", "one bad record is skipped, the rest is read"},
    {"broken-data-byte bad", "the same"},
    {"broken-bad-proto bad", "the same"},
    {"broken-bad-plugin-content bad", "TensorBoard answers 500 for every run"},
    {"broken-bad-plugin-content good", "the same"},
    {"broken-metadata-only-value bad", "TensorBoard answers 500 for every run"},
    {"broken-metadata-only-value good", "the same"},
    {"metadata-rules r scalar_class_tensor_rank1", "TensorBoard answers 500: two numbers"},
    {"tensor-encodings r scalar/bf16", "TensorBoard answers 500, we decode it"},
    {"tf-raw-write . sc/bf16", "the same"},
    {"tf-raw-write . sc/future_version", "hidden by the plugin, not here"},
};

// What the damaged fixtures must count.
const std::map<std::string, Stat> kDamage = {
    {"broken-data-crc", Stat::kRecordChecksum},
    {"broken-data-byte", Stat::kRecordChecksum},
    {"broken-bad-proto", Stat::kNotAnEvent},
    {"broken-length-crc", Stat::kRecordLengthChecksum},
    {"broken-zero-padding", Stat::kRecordLengthChecksum},
    {"broken-garbage-file", Stat::kRecordLengthChecksum},
    {"broken-huge-length", Stat::kRecordTooLong},
    {"broken-truncated-tail", Stat::kRecordTruncated},
    {"broken-truncated-header", Stat::kRecordTruncated},
    {"broken-nan-walltime", Stat::kNonFiniteWallTime},
    {"broken-metadata-only-value", Stat::kScalarWithoutValue},
    {"broken-first-file-then-good", Stat::kRecordLengthChecksum},
};

std::vector<std::string> Fixtures() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFixtures)) {
    if (entry.path().filename() == "expected.json") {
      names.push_back(entry.path().parent_path().lexically_relative(kFixtures).string());
    }
  }
  return names;
}

// Python's json module writes NaN and Infinity bare, which is no JSON; here they are null.
json ReadJson(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  for (std::string line; std::getline(file, line);) {
    const std::string_view word = StripWhitespace(line);
    const bool is_bare =
        word.starts_with("NaN") || word.starts_with("Infinity") || word.starts_with("-Infinity");
    text += is_bare ? std::string(word.ends_with(',') ? "null," : "null") : line;
  }
  return json::parse(text);
}

json ToJson(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

// The points as the scalars route lists them, after purging.
json PointsOf(const Series& series) {
  json points = json::array();
  for (const Segment& segment : FindCompatSegments(series)) {
    const ScalarColumnView& view = series.strands[segment.strand].scalars;
    uint64_t ordinal = 0;
    ScalarBuffer buffer;
    for (size_t b = 0; b < view.block_count(); ++b) {
      const ScalarSpan block = view.Read(b, buffer);
      for (size_t i = 0; i < block.size(); ++i, ++ordinal) {
        if (ordinal < segment.begin || ordinal >= segment.end) continue;
        if (segment.has_superseded_from && block.steps[i] >= segment.superseded_from) continue;
        const json value = block.type == ValueType::kBool ? json(block.uint64[i] != 0)
                                                          : ToJson(block.ValueAsDouble(i));
        points.push_back({ToJson(block.wall_times[i]), block.steps[i], value});
      }
    }
  }
  return points;
}

// /data/runs lists by start time, then by name; runs without a start time last.
std::vector<std::string> RunsInOrder(const Snapshot& snapshot) {
  std::vector<std::pair<double, std::string>> runs;
  for (const auto& run : snapshot.runs) runs.emplace_back(run->start_time, run->name);
  std::sort(runs.begin(), runs.end());
  std::vector<std::string> names;
  for (const auto& [time, name] : runs) names.push_back(name);
  return names;
}

class FixturesTest : public testing::TestWithParam<std::string> {};

TEST_P(FixturesTest, HoldsWhatTensorBoardShows) {
  const std::string fixture = GetParam();
  const json expected = ReadJson(std::string(kFixtures) + "/" + fixture + "/expected.json");
  Stats stats;
  SnapshotCell cell;
  Ingest ingest({.logdir = std::string(kFixtures) + "/" + fixture}, RealFileSystem(), SystemClock(),
                stats, cell);
  ingest.Step();
  const auto snapshot = cell.Load();
  EXPECT_TRUE(snapshot->progress.is_complete);
  EXPECT_EQ(RunsInOrder(*snapshot), expected["runs"].get<std::vector<std::string>>());

  std::set<std::string> shown;  // "run tag" of all scalar series.
  for (const auto& run : snapshot->runs) {
    for (const Series& series : run->series) {
      if (series.info->plugin_name != "scalars" || series.info->kind != SeriesKind::kScalar)
        continue;
      const std::string& tag = series.info->tag;
      const std::string key = fixture + " " + run->name;
      if (kDifferences.contains(key) || kDifferences.contains(key + " " + tag)) continue;
      shown.insert(run->name + " " + tag);
      EXPECT_EQ(PointsOf(series), expected["scalars"]["series"][run->name][tag])
          << run->name << " " << tag;
      const json& listed = expected["scalars"]["tags"][run->name][tag];
      EXPECT_EQ(json(series.info->display_name), listed["displayName"]) << tag;
      EXPECT_EQ(series.info->description.empty(), listed["description"] == "") << tag;
    }
  }
  for (const auto& [run, tags] : expected["scalars"]["tags"].items()) {
    if (!tags.is_object()) continue;
    for (const auto& [tag, info] : tags.items()) {
      const std::string key = fixture + " " + run;
      if (kDifferences.contains(key) || kDifferences.contains(key + " " + tag)) continue;
      EXPECT_TRUE(shown.contains(run + " " + tag)) << run << " " << tag;
    }
  }

  const auto counted = stats.Get();
  const auto damage = kDamage.find(fixture);
  if (damage != kDamage.end()) {
    EXPECT_TRUE(counted.contains(damage->second)) << Describe(damage->second).name;
  }
  for (const auto& [stat, summary] : counted) {
    if (damage != kDamage.end() && damage->second == stat) continue;
    std::string where;
    for (const auto& o : summary.occurrences) {
      where += "\n  " + o.file + " at " + std::to_string(o.offset) + " " + o.detail;
    }
    const bool is_expected =
        fixture == "metadata-rules" || fixture == "tf-raw-write" || fixture == "tensor-encodings";
    EXPECT_TRUE(is_expected && stat == Stat::kScalarNotSingle)
        << Describe(stat).name << " x" << summary.count << where;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FixturesTest, testing::ValuesIn(Fixtures()), [](const auto& fixture) {
  std::string name = fixture.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '/'; }, '_');
  return name;
});

}  // namespace
}  // namespace stepscope
