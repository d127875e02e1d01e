// A run of two files with any bytes: nothing crashes, what is published holds together, and it does
// not depend on how the files grew or on which of them was read first.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/stats.h"
#include "ingest/ingest.h"
#include "ingest/run_loader.h"
#include "ingest/scalar_predictor.h"
#include "store/attempts.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/run_text.h"

namespace stepscope {
namespace {

// Small, so that short inputs reach the events that are not buffered.
constexpr uint64_t kMaxRecordBytes = 96;

constexpr char kFirst[] = "logs/run/tfevents.1";
constexpr char kSecond[] = "logs/run/tfevents.2";

class World {
 public:
  void Append(const std::string& path, std::string_view bytes) { files_.Append(path, bytes); }

  const Snapshot& Step() {
    ingest_.Step();
    return *cell_.Load();
  }
  // What is there after nothing heals any more.
  const Snapshot& Finish() {
    ingest_.Step();
    clock_.Advance(RunLoader::kHealTime);
    return Step();
  }

 private:
  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  SnapshotCell cell_;
  Ingest ingest_{
      {.logdir = "logs", .max_record_bytes = kMaxRecordBytes}, files_, clock_, stats_, cell_};
};

void CheckSegments(const Series& series, const std::vector<Segment>& segments) {
  uint64_t points = 0;
  for (const Segment& segment : segments) {
    CHECK(segment.strand < series.strands.size());
    CHECK(segment.begin < segment.end);
    CHECK(segment.end <= series.strands[segment.strand].size());
    points += segment.end - segment.begin;
  }
  CHECK(points == series.size());
}

void CheckRun(const RunSnapshot& run, uint64_t size_bytes) {
  uint64_t points = 0;
  for (size_t i = 0; i < run.series.size(); ++i) {
    const Series& series = run.series[i];
    CHECK(series.size() > 0);
    CHECK(i == 0 || run.series[i - 1].info->tag < series.info->tag);
    points += series.size();
    for (const Strand& strand : series.strands) {
      CHECK(strand.file < run.files.size());
      for (size_t b = 0; b < strand.blobs.block_count(); ++b) {
        for (const BlobRef& ref : strand.blobs.block(b).refs) {
          CHECK(ref.record_offset + ref.record_length <= size_bytes);
          CHECK(uint64_t{ref.value_offset} + ref.value_length <= ref.record_length);
        }
      }
    }
    CheckSegments(series, FindAttempts(run, series));
    CheckSegments(series, FindCompatSegments(series));
  }
  CHECK(points == run.point_count);
}

void CheckSame(const RunSnapshot& a, const RunSnapshot& b) { CHECK(TextOf(a) == TextOf(b)); }

// The input taken as a script of records with right checksums, for a fuzzer would need for ever to
// find one: length, file, data.
void AppendScript(std::string_view script, EventFile& first, EventFile& second) {
  while (script.size() >= 2) {
    const auto length = static_cast<uint8_t>(script[0]);
    EventFile& file = script[1] % 2 == 0 ? first : second;
    script.remove_prefix(2);
    file.Record(script.substr(0, length));
    script.remove_prefix(std::min<size_t>(length, script.size()));
  }
}

class Observer final : public LoadObserver {
 public:
  bool IsCancelled() override { return false; }
  void OnBytes(uint64_t) override {}
  void OnPublish(std::shared_ptr<const RunSnapshot> snapshot) override { run = snapshot; }
  bool CanWait() const override { return false; }

  std::shared_ptr<const RunSnapshot> run;
};

// One loader and what it needs.
struct Loading {
  explicit Loading(bool predicts = true)
      : loader({.files = files,
                .clock = clock,
                .stats = stats,
                .max_record_bytes = kMaxRecordBytes,
                .predicts = predicts},
               "run", "logs/run") {}

  void Step() {
    loader.SetFiles({"tfevents.1", "tfevents.2"});
    loader.Step(observer);
  }
  const RunSnapshot& Finish() {
    Step();
    clock.Advance(RunLoader::kHealTime);
    Step();
    return *observer.run;
  }

  FakeClock clock;
  MemoryFileSystem files{clock};
  Stats stats;
  Observer observer;
  RunLoader loader;
};

// Events that are predicted are what a parser makes of them.
void CheckWithoutShortCuts(const std::string& first, const std::string& second,
                           const RunSnapshot& expected) {
  Loading parsing(/*predicts=*/false);
  parsing.files.Append(kFirst, first);
  parsing.files.Append(kSecond, second);
  CheckSame(parsing.Finish(), expected);
}

// A run that went to the index and came back goes on like one that did not.
void CheckArchive(const std::string& first, const std::string& second, size_t place,
                  const RunSnapshot& expected) {
  Loading before;
  before.files.Append(kFirst, first);
  before.files.Append(kSecond, std::string_view(second).substr(0, place));
  before.Step();
  const auto archive = before.loader.Save();
  if (!archive) return;
  auto body = std::make_shared<std::vector<uint64_t>>(archive->body.size() / sizeof(uint64_t));
  auto* at = reinterpret_cast<std::byte*>(body->data());
  for (const auto piece : archive->body.pieces()) at = std::copy(piece.begin(), piece.end(), at);

  Loading after;
  after.files.Append(kFirst, first);
  after.files.Append(kSecond, std::string_view(second).substr(0, place));
  CHECK(after.loader.Restore(archive->head.bytes(), std::as_bytes(std::span(*body)), body));
  after.Step();
  CheckSame(*after.observer.run, *before.observer.run);
  CHECK(after.stats.Get().size() == before.stats.Get().size());
  after.files.Append(kSecond, std::string_view(second).substr(place));
  CheckSame(after.Finish(), expected);
}

void CheckOrders(const std::string& first, const std::string& second, size_t cut) {
  World whole;
  whole.Append(kFirst, first);
  whole.Append(kSecond, second);
  const Snapshot& expected = whole.Finish();
  CHECK(expected.runs.size() == 1);
  CheckRun(*expected.runs[0], std::max(first.size(), second.size()));

  World growing;
  growing.Append(kFirst, first);
  const size_t place = second.empty() ? 0 : cut % second.size();
  growing.Append(kSecond, std::string_view(second).substr(0, place));
  growing.Step();
  growing.Append(kSecond, std::string_view(second).substr(place));
  CheckSame(*growing.Finish().runs[0], *expected.runs[0]);

  World backwards;
  backwards.Append(kFirst, "");
  backwards.Append(kSecond, second);
  backwards.Step();
  backwards.Append(kFirst, first);
  CheckSame(*backwards.Finish().runs[0], *expected.runs[0]);

  CheckWithoutShortCuts(first, second, *expected.runs[0]);
  CheckArchive(first, second, place, *expected.runs[0]);
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxBytes = 4096;
  if (size < 2 || size > kMaxBytes) return -1;
  // One input says nothing to the next one.
  stepscope::ScalarPredictor::OfThisThread() = stepscope::ScalarPredictor();
  const size_t cut = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  stepscope::EventFile first;
  stepscope::EventFile second(stepscope::EventFile::kStartSeconds + 1000);
  first.Version();
  second.Version();
  stepscope::CheckOrders(first.bytes(), second.bytes() + std::string(bytes), cut);
  stepscope::AppendScript(bytes, first, second);
  stepscope::CheckOrders(first.bytes(), second.bytes(), cut);
  stepscope::EventFile bare_first;  // Without a version, which the script may add.
  stepscope::EventFile bare_second;
  stepscope::AppendScript(bytes, bare_first, bare_second);
  stepscope::CheckOrders(bare_first.bytes(), bare_second.bytes(), cut);
  return 0;
}
