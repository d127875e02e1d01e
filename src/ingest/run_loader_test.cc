#include "ingest/run_loader.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/attempts.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/steps.h"
#include "wire/crc32c.h"

namespace stepscope {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

class Observer final : public LoadObserver {
 public:
  bool IsCancelled() override { return cancels_after-- == 0; }
  void OnBytes(uint64_t count) override {
    bytes += count;
    if (slow_clock != nullptr) slow_clock->Advance(std::chrono::milliseconds(60));
  }
  void OnPublish(std::shared_ptr<const RunSnapshot> snapshot) override {
    run = std::move(snapshot);
    ++publications;
  }
  bool CanWait() const override { return false; }

  FakeClock* slow_clock = nullptr;  // Makes reading take its time.
  int cancels_after = -1;
  uint64_t bytes = 0;
  int publications = 0;
  std::shared_ptr<const RunSnapshot> run;
};

class RunLoaderTest : public testing::Test {
 protected:
  static constexpr char kFile[] = "tfevents.1";
  static constexpr char kPath[] = "logs/run/tfevents.1";

  std::optional<std::chrono::nanoseconds> Step() { return loader_.Step(observer_); }
  // Writes one file and reads it.
  void Load(std::string_view bytes) {
    files_.Write(kPath, bytes);
    loader_.SetFiles({kFile});
    Step();
  }
  std::vector<int64_t> Steps(const std::string& tag = "loss") const {
    const Series* const series = observer_.run ? observer_.run->Find(tag) : nullptr;
    return series == nullptr ? std::vector<int64_t>() : StepsOf(*series);
  }
  uint64_t Count(Stat stat) const {
    const auto counted = stats_.Get();
    const auto found = counted.find(stat);
    return found == counted.end() ? 0 : found->second.count;
  }
  StatOccurrence Where(Stat stat) const { return stats_.Get().at(stat).occurrences.at(0); }
  bool HasNoStats() const { return stats_.Get().empty(); }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  RunLoader loader_{LoaderContext{files_, clock_, stats_}, "run", "logs/run"};
  Observer observer_;
};

EventFile TenScalars() { return std::move(EventFile().Version().Scalars("loss", 0, 9)); }

TEST_F(RunLoaderTest, ReadsAWholeFile) {
  const EventFile file = TenScalars();
  Load(file.bytes());
  EXPECT_EQ(Steps(), Range(0, 9));
  EXPECT_TRUE(HasNoStats());
  EXPECT_TRUE(observer_.run->is_loaded);
  EXPECT_EQ(observer_.run->name, "run");
  EXPECT_EQ(observer_.run->files[0].path, "run/tfevents.1");
  EXPECT_EQ(observer_.run->files[0].bytes_read, file.bytes().size());
  EXPECT_EQ(observer_.bytes, file.bytes().size());
  EXPECT_EQ(files_.open_count(), 0u);
}

TEST_F(RunLoaderTest, DoesNotTouchAFileThatDidNotChange) {
  Load(TenScalars().bytes());
  const uint64_t bytes = files_.bytes_returned();
  const auto run = observer_.run;
  EXPECT_EQ(Step(), std::nullopt);
  EXPECT_EQ(files_.bytes_returned(), bytes);
  EXPECT_EQ(observer_.run, run);
}

TEST_F(RunLoaderTest, ReadsOnAfterACutAtAnyByte) {
  const EventFile file = TenScalars();
  for (size_t cut = 0; cut <= file.bytes().size(); ++cut) {
    SCOPED_TRACE(cut);
    Stats stats;
    RunLoader loader({files_, clock_, stats}, "run", "logs/run");
    Observer observer;
    files_.Write(kPath, file.bytes().substr(0, cut));
    loader.SetFiles({kFile});
    loader.Step(observer);
    const size_t whole_records = [&] {
      size_t count = 0;
      while (count < file.record_count() &&
             (count + 1 < file.record_count() ? file.offset(count + 1) : file.bytes().size()) <=
                 cut) {
        ++count;
      }
      return count;
    }();
    EXPECT_EQ(observer.run->point_count, whole_records == 0 ? 0 : whole_records - 1);
    const uint64_t end =
        whole_records < file.record_count() ? file.offset(whole_records) : file.bytes().size();
    const auto counted = stats.Get();
    if (cut == end) {
      EXPECT_TRUE(counted.empty());
    } else {
      ASSERT_TRUE(counted.contains(Stat::kRecordTruncated));
      EXPECT_EQ(counted.at(Stat::kRecordTruncated).occurrences[0].offset, end);
    }
    files_.Append(kPath, file.bytes().substr(cut));
    loader.Step(observer);
    EXPECT_EQ(StepsOf(*observer.run->Find("loss")), Range(0, 9));
    EXPECT_TRUE(stats.Get().empty());
  }
}

TEST_F(RunLoaderTest, FollowsGrowthInRandomPieces) {
  EventFile file;
  file.Version();
  for (int64_t step = 0; step < 500; ++step) {
    file.Scalar("loss", step, 1).Scalar("acc", step, 2);
  }
  std::mt19937 random(7);
  files_.Write(kPath, "");
  loader_.SetFiles({kFile});
  size_t written = 0;
  uint64_t points = 0;
  while (written < file.bytes().size()) {
    const size_t count = std::min<size_t>(random() % 300, file.bytes().size() - written);
    files_.Append(kPath, std::string_view(file.bytes()).substr(written, count));
    written += count;
    Step();
    EXPECT_GE(observer_.run->point_count, points);
    points = observer_.run->point_count;
  }
  EXPECT_EQ(Steps("loss"), Range(0, 499));
  EXPECT_EQ(Steps("acc"), Range(0, 499));
  EXPECT_TRUE(HasNoStats());
}

TEST_F(RunLoaderTest, ReadsALongRecordOnceItIsThere) {
  constexpr size_t kPieces = 64;
  EventFile file;
  file.Version().Values(1, {OldValue("image", 4, std::string(4 << 20, 'x'))}).Scalar("loss", 2, 1);
  const std::string_view bytes = file.bytes();
  files_.Write(kPath, "");
  loader_.SetFiles({kFile});
  for (size_t i = 0; i < kPieces; ++i) {
    const size_t begin = bytes.size() * i / kPieces;
    files_.Append(kPath, bytes.substr(begin, bytes.size() * (i + 1) / kPieces - begin));
    Step();
    EXPECT_EQ(Count(Stat::kRecordTruncated), i + 1 < kPieces ? 1u : 0u);
    EXPECT_EQ(observer_.run->files[0].size_bytes, bytes.size() * (i + 1) / kPieces);
  }
  EXPECT_EQ(Steps("image"), Range(1, 1));
  EXPECT_EQ(Steps(), Range(2, 2));
  EXPECT_TRUE(HasNoStats());
  EXPECT_LT(files_.bytes_returned(), 2 * bytes.size());
}

TEST_F(RunLoaderTest, AnotherRecordInPlaceOfAnIncompleteOneIsRead) {
  const EventFile start = std::move(EventFile().Version());
  const EventFile image =
      std::move(EventFile().Values(1, {OldValue("image", 4, std::string(1000, 'x'))}));
  Load(start.bytes() + image.bytes().substr(0, 500));
  EXPECT_EQ(Count(Stat::kRecordTruncated), 1u);
  clock_.Advance(seconds(1));
  files_.Truncate(kPath, start.bytes().size());
  files_.Append(kPath, EventFile().Scalar("loss", 2, 1).bytes());
  Step();
  EXPECT_EQ(Steps(), Range(2, 2));
  EXPECT_TRUE(HasNoStats());
}

TEST_F(RunLoaderTest, ALongRecordThatMayHealIsNotReadEachSecond) {
  EventFile file;
  file.Version().Values(1, {OldValue("image", 4, std::string(1 << 20, 'x'))});
  const auto begin = clock_.Monotonic();
  Load(file.BytesWithBadData(1));
  while (const auto next = Step()) clock_.Advance(*next - clock_.Monotonic());
  EXPECT_EQ(clock_.Monotonic() - begin, RunLoader::kHealTime);
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
  EXPECT_LT(files_.bytes_returned(), 8 * file.bytes().size());
}

TEST_F(RunLoaderTest, SkipsARecordWithBadData) {
  const EventFile file = TenScalars();
  Load(file.BytesWithBadData(5));
  EXPECT_EQ(Steps(), (std::vector<int64_t>{0, 1, 2, 3, 5, 6, 7, 8, 9}));
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
  EXPECT_EQ(Where(Stat::kRecordChecksum).file, "run/tfevents.1");
  EXPECT_EQ(Where(Stat::kRecordChecksum).offset, file.offset(5));
}

TEST_F(RunLoaderTest, AnyFlippedBitLosesAtMostItsRecordOrWhatFollows) {
  const EventFile file = TenScalars();
  for (size_t at = 0; at < file.bytes().size(); ++at) {
    SCOPED_TRACE(at);
    Stats stats;
    RunLoader loader({files_, clock_, stats}, "run", "logs/run");
    Observer observer;
    files_.Write(kPath, file.BytesWithFlip(0, at));
    loader.SetFiles({kFile});
    loader.Step(observer);
    clock_.Advance(seconds(31));
    loader.Step(observer);
    size_t record = 0;
    while (record + 1 < file.record_count() && file.offset(record + 1) <= at) ++record;
    const bool is_header = at - file.offset(record) < 12;
    const auto counted = stats.Get();
    const size_t scalars_before = record == 0 ? 0 : record - 1;
    const size_t scalars_without = record == 0 ? 10 : 9;
    EXPECT_EQ(observer.run->point_count, is_header ? scalars_before : scalars_without);
    EXPECT_TRUE(counted.contains(is_header ? Stat::kRecordLengthChecksum : Stat::kRecordChecksum));
  }
}

TEST_F(RunLoaderTest, WaitsForTheLastRecordToHeal) {
  const EventFile file = TenScalars();
  files_.Write(kPath, file.BytesWithBadData(10));
  loader_.SetFiles({kFile});
  EXPECT_EQ(Step(), clock_.Monotonic() + RunLoader::kHealRetryPeriod);
  EXPECT_EQ(Steps(), Range(0, 8));
  EXPECT_TRUE(HasNoStats());  // It is not lost yet.
  EXPECT_EQ(observer_.run->files[0].bytes_read, file.offset(10));

  clock_.Advance(seconds(29));
  EXPECT_NE(Step(), std::nullopt);
  EXPECT_TRUE(HasNoStats());
  // The page comes in whole; its size and, as far as we see, its time stay.
  files_.Overwrite(kPath, 0, file.bytes());
  EXPECT_EQ(Step(), std::nullopt);
  EXPECT_EQ(Steps(), Range(0, 9));
  EXPECT_TRUE(HasNoStats());
}

TEST_F(RunLoaderTest, CountsTheLastRecordAfterThirtySeconds) {
  const EventFile file = TenScalars();
  Load(file.BytesWithBadData(10));
  clock_.Advance(seconds(30));
  EXPECT_EQ(Step(), std::nullopt);
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
  EXPECT_EQ(Where(Stat::kRecordChecksum).offset, file.offset(10));
  EXPECT_EQ(Steps(), Range(0, 8));
  Step();
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);

  // Better late than never.
  files_.Overwrite(kPath, 0, file.bytes());
  Step();
  EXPECT_TRUE(HasNoStats());
  EXPECT_EQ(Steps(), Range(0, 9));
}

TEST_F(RunLoaderTest, ABadLastRecordIsCountedOnceAnotherFollows) {
  const EventFile file = TenScalars();
  const std::string bad = file.BytesWithBadData(9);
  Load(bad.substr(0, file.offset(10)));
  EXPECT_TRUE(HasNoStats());
  files_.Append(kPath, bad.substr(file.offset(10)));
  EXPECT_EQ(Step(), std::nullopt);
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
  EXPECT_EQ(Steps(), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 9}));
  // And it does not come back when the file grows on.
  files_.Append(kPath, EventFile().Scalar("loss", 10, 1).bytes());
  Step();
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
  EXPECT_EQ(Steps().back(), 10);
}

TEST_F(RunLoaderTest, DoesNotWaitForAFileThatNobodyWrites) {
  const EventFile file = TenScalars();
  files_.Write(kPath, file.BytesWithBadData(10));
  clock_.Advance(seconds(3600));
  loader_.SetFiles({kFile});
  EXPECT_EQ(Step(), std::nullopt);
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
}

TEST_F(RunLoaderTest, RetriesABadLengthWhenTheFileChanges) {
  const EventFile file = TenScalars();
  Load(file.BytesWithBadLength(5));
  EXPECT_EQ(Steps(), Range(0, 3));
  EXPECT_EQ(Count(Stat::kRecordLengthChecksum), 1u);
  EXPECT_EQ(Where(Stat::kRecordLengthChecksum).offset, file.offset(5));
  Step();
  clock_.Advance(seconds(1));
  files_.Append(kPath, "more");
  Step();
  EXPECT_EQ(Count(Stat::kRecordLengthChecksum), 1u);

  clock_.Advance(seconds(1));
  files_.Truncate(kPath, file.bytes().size());
  files_.Overwrite(kPath, 0, file.bytes());
  Step();
  EXPECT_EQ(Steps(), Range(0, 9));
  EXPECT_TRUE(HasNoStats());
}

TEST_F(RunLoaderTest, ALengthBeyondAnyEventTakesNoMemory) {
  EventFile file;
  file.Version().Scalars("loss", 0, 3);
  std::string bytes = file.bytes();
  const uint64_t length = uint64_t{1} << 40;
  const uint32_t crc = MaskedCrc32c(std::as_bytes(std::span(&length, 1)));
  bytes.append(reinterpret_cast<const char*>(&length), sizeof(length));
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof(crc));
  Load(bytes);
  EXPECT_EQ(Steps(), Range(0, 3));
  EXPECT_EQ(Count(Stat::kRecordTooLong), 1u);
  EXPECT_EQ(Where(Stat::kRecordTooLong).offset, file.bytes().size());
}

TEST_F(RunLoaderTest, GoesOnBehindWhatIsNoEvent) {
  EventFile file;
  file.Version().Scalar("loss", 0, 1).Record("\xff\xff not an event").Scalar("loss", 1, 1);
  Load(file.bytes());
  EXPECT_EQ(Steps(), Range(0, 1));
  EXPECT_EQ(Count(Stat::kNotAnEvent), 1u);
  EXPECT_EQ(Where(Stat::kNotAnEvent).offset, file.offset(2));
}

TEST_F(RunLoaderTest, KeepsTheGoodValuesOfAnEvent) {
  EventFile file;
  file.Version().Values(3, {SimpleValue("a", 1), "\xff\xff", SimpleValue("b", 2),
                            TensorValue("c", "\xff\xff", Metadata("scalars")),
                            TensorValue("d", FloatTensor({1, 2}), Metadata("scalars")),
                            EmptyValue("e", Metadata("scalars")),
                            TensorValue("f", StringTensor("x"), Metadata("scalars")),
                            TensorValue("g", DoubleTensor(0.1), Metadata("scalars"))});
  Load(file.bytes());
  EXPECT_EQ(observer_.run->series.size(), 3u);
  EXPECT_EQ(Steps("a"), Range(3, 3));
  EXPECT_EQ(Steps("b"), Range(3, 3));
  ScalarBuffer buffer;
  EXPECT_EQ(observer_.run->Find("g")->strands[0].scalars.Read(0, buffer).float64[0], 0.1);
  EXPECT_EQ(Count(Stat::kValueUnreadable), 2u);
  EXPECT_EQ(Count(Stat::kScalarNotSingle), 2u);
  EXPECT_EQ(Count(Stat::kScalarWithoutValue), 1u);
}

TEST_F(RunLoaderTest, AScalarSeriesTakesAnyNumberAndNothingElse) {
  EventFile file;
  file.Version().Scalar("x", 0, 1);
  file.Values(1, {TensorValue("x", DoubleTensor(2))});
  file.Values(2, {OldValue("x", 5, "")});
  file.Values(3, {SimpleValue("x", 3), SimpleValue("x", 4)});
  Load(file.bytes());
  EXPECT_EQ(Steps("x"), (std::vector<int64_t>{0, 1, 3, 3}));
  EXPECT_EQ(Count(Stat::kValueKindMismatch), 1u);
  EXPECT_EQ(Where(Stat::kValueKindMismatch).detail, "x");
}

TEST_F(RunLoaderTest, KeepsValuesAsReferencesToTheirBytes) {
  EventFile file;
  const std::string image = OldValue("image", 4, "picture");
  file.Version().Values(7, {SimpleValue("a", 1), image});
  file.Event(8, 4, "a graph");
  file.Values(9, {EmptyValue("hparams", Metadata("hparams", "content"))});
  Load(file.bytes());
  const auto bytes_at = [&](const std::string& tag) {
    const BlobSpan block = observer_.run->Find(tag)->strands[0].blobs.block(0);
    const BlobRef& ref = block.refs[0];
    return file.bytes().substr(ref.record_offset + kRecordHeaderBytes + ref.value_offset,
                               ref.value_length);
  };
  EXPECT_EQ(bytes_at("image"), image);
  EXPECT_EQ(bytes_at("__run_graph__"), "a graph");
  EXPECT_EQ(observer_.run->Find("__run_graph__")->info->plugin_name, "graphs");
  EXPECT_EQ(observer_.run->Find("hparams")->info->plugin_content, "content");
  EXPECT_TRUE(HasNoStats());
}

TEST_F(RunLoaderTest, BeforeVersion2AGraphsStepIsOneToGoBackFrom) {
  Load(EventFile().Scalar("x", 10, 1).Event(0, 4, "a graph").Scalar("x", 6, 2).bytes());
  EXPECT_FALSE(FindCompatSegments(*observer_.run->Find("x")).at(0).has_superseded_from);
}

TEST_F(RunLoaderTest, AnEventTooLongForMemoryIsStillAReference) {
  RunLoader loader({files_, clock_, stats_, /*max_record_bytes=*/200}, "run", "logs/run");
  EventFile file;
  const std::string image = OldValue("image", 4, std::string(1000, 'x'));
  file.Version().Values(7, {SimpleValue("a", 1), image, SimpleValue("b", 1)});
  file.Values(8, {TensorValue("c", FloatTensor(std::vector<float>(100, 1)), Metadata("scalars"))});
  file.Scalar("a", 9, 1);
  files_.Write(kPath, file.bytes());
  loader.SetFiles({kFile});
  loader.Step(observer_);
  EXPECT_EQ(Steps("a"), (std::vector<int64_t>{7, 9}));
  EXPECT_EQ(Steps("b"), Range(7, 7));
  const BlobRef ref = observer_.run->Find("image")->strands[0].blobs.block(0).refs[0];
  EXPECT_EQ(file.bytes().substr(ref.record_offset + kRecordHeaderBytes + ref.value_offset,
                                ref.value_length),
            image);
  EXPECT_EQ(Count(Stat::kScalarNotSingle), 1u);
}

TEST_F(RunLoaderTest, CountsAGraphBeyondTheLimitOnTags) {
  EventFile file;
  std::vector<std::string> values;
  for (size_t i = 0; i < RunStage::kMaxSeries; ++i) {
    values.push_back(SimpleValue(std::to_string(i), 1));
  }
  file.Version().Values(0, values).Event(0, 4, "a graph");
  Load(file.bytes());
  EXPECT_EQ(observer_.run->series.size(), RunStage::kMaxSeries);
  EXPECT_EQ(Count(Stat::kLimitReached), 1u);
}

TEST_F(RunLoaderTest, KeepsWallTimesThatAreNoTimes) {
  EventFile file;
  file.Version().Scalar("loss", 0, 1);
  file.At(std::numeric_limits<double>::quiet_NaN()).Scalar("loss", 1, 1);
  file.At(5).Scalar("loss", 2, 1);
  Load(file.bytes());
  EXPECT_EQ(Steps(), Range(0, 2));
  ScalarBuffer buffer;
  const ScalarColumnView& column = observer_.run->Find("loss")->strands[0].scalars;
  EXPECT_TRUE(std::isnan(column.Read(0, buffer).wall_times[1]));
  EXPECT_EQ(Count(Stat::kNonFiniteWallTime), 1u);
  EXPECT_EQ(observer_.run->files[0].first_wall_time, 5);
}

TEST_F(RunLoaderTest, ReadsAReplacedFileAgain) {
  Load(TenScalars().bytes());
  const auto before = observer_.run;
  files_.Write(kPath, EventFile().Version().Scalars("loss", 100, 120).bytes());
  Step();
  EXPECT_EQ(Steps(), Range(100, 120));
  EXPECT_EQ(Count(Stat::kFileReplaced), 1u);
  EXPECT_EQ(StepsOf(*before->Find("loss")), Range(0, 9));
}

TEST_F(RunLoaderTest, ReadsAShortenedFileAgain) {
  const EventFile file = TenScalars();
  std::string bytes = file.BytesWithBadData(2);
  Load(bytes);
  EXPECT_EQ(Count(Stat::kRecordChecksum), 1u);
  files_.Truncate(kPath, file.offset(2));
  Step();
  EXPECT_EQ(Steps(), Range(0, 0));
  EXPECT_EQ(Count(Stat::kFileReplaced), 1u);
  EXPECT_EQ(Count(Stat::kRecordChecksum), 0u);  // It is not there any more.
}

TEST_F(RunLoaderTest, NoticesAnotherFileUnderTheSameInode) {
  Load(TenScalars().bytes());
  clock_.Advance(seconds(1));
  // TF1's reopen(): truncated and written again, longer than before.
  const std::string other = EventFile(5).Version().Scalars("loss", 100, 120).bytes();
  files_.Truncate(kPath, 0);
  files_.Append(kPath, other);
  Step();
  EXPECT_EQ(Steps(), Range(100, 120));
  EXPECT_EQ(Count(Stat::kFileReplaced), 1u);
}

TEST_F(RunLoaderTest, ShowsNothingHalfWhileAReplacedFileIsRead) {
  EventFile file;
  file.Version();
  for (int64_t step = 0; step < 20'000; ++step) file.Scalar("loss", step, 1);
  ASSERT_GT(file.bytes().size(), size_t{3} * 256 << 10);
  observer_.slow_clock = &clock_;
  Load(file.bytes());
  const int publications = observer_.publications;
  EXPECT_GT(publications, 2);  // A large file is shown as it is read.
  files_.Write(kPath, file.bytes());
  Step();
  EXPECT_EQ(observer_.publications, publications + 1);
  EXPECT_EQ(observer_.run->point_count, 20'000u);
}

TEST_F(RunLoaderTest, ATruncatedTailThatIsTakenAwayIsNoReplacement) {
  const EventFile file = TenScalars();
  Load(file.bytes() + "abc");
  EXPECT_EQ(Count(Stat::kRecordTruncated), 1u);
  files_.Truncate(kPath, file.bytes().size());
  Step();
  EXPECT_TRUE(HasNoStats());
  EXPECT_EQ(Steps(), Range(0, 9));
}

TEST_F(RunLoaderTest, ReadsAllFilesInOrderAndFollowsEach) {
  files_.Write("logs/run/tfevents.2", EventFile().Version().Scalars("loss", 10, 12).bytes());
  files_.Write("logs/run/tfevents.1", EventFile().Version().Scalars("loss", 0, 2).bytes());
  loader_.SetFiles({"tfevents.1", "tfevents.2"});
  Step();
  EXPECT_EQ(Steps(), (std::vector<int64_t>{0, 1, 2, 10, 11, 12}));
  // The older file grows, and one sorting before both appears.
  files_.Append("logs/run/tfevents.1", EventFile().Scalars("loss", 3, 3).bytes());
  files_.Write("logs/run/tfevents.0", EventFile().Version().Scalars("loss", -1, -1).bytes());
  loader_.SetFiles({"tfevents.0", "tfevents.1", "tfevents.2"});
  Step();
  EXPECT_EQ(Steps(), (std::vector<int64_t>{-1, 0, 1, 2, 3, 10, 11, 12}));
  // One is deleted.
  loader_.SetFiles({"tfevents.0", "tfevents.2"});
  Step();
  EXPECT_EQ(Steps(), (std::vector<int64_t>{-1, 10, 11, 12}));
}

TEST_F(RunLoaderTest, AStepOfOneFileLeavesTheOthersAlone) {
  files_.Write("logs/run/tfevents.1", EventFile().Version().bytes());
  files_.Write("logs/run/tfevents.2", EventFile().Version().bytes());
  loader_.SetFiles({"tfevents.1", "tfevents.2"});
  Step();
  files_.Append("logs/run/tfevents.1", EventFile().Scalars("a", 0, 0).bytes());
  files_.Append("logs/run/tfevents.2", EventFile().Scalars("b", 0, 0).bytes());
  loader_.Step(observer_, {"tfevents.2"});
  EXPECT_EQ(Steps("a"), std::vector<int64_t>());
  EXPECT_EQ(Steps("b"), Range(0, 0));
}

TEST_F(RunLoaderTest, AnEarlierFileThatDecidesOnAnotherKindReadsTheRunAgain) {
  files_.Write("logs/run/tfevents.1", EventFile().Version().bytes());
  files_.Write("logs/run/tfevents.2", EventFile().Version().Scalars("x", 0, 4).bytes());
  loader_.SetFiles({"tfevents.1", "tfevents.2"});
  Step();
  EXPECT_EQ(Steps("x"), Range(0, 4));
  files_.Append("logs/run/tfevents.1", EventFile().Values(9, {OldValue("x", 4, "image")}).bytes());
  Step();
  EXPECT_EQ(observer_.run->Find("x")->info->plugin_name, "images");
  EXPECT_EQ(Steps("x"), Range(9, 9));
  EXPECT_EQ(Count(Stat::kValueKindMismatch), 5u);

  loader_.SetFiles({"tfevents.2"});
  Step();
  EXPECT_EQ(Steps("x"), Range(0, 4));
  EXPECT_TRUE(HasNoStats());
}

TEST_F(RunLoaderTest, CountsAFileThatCannotBeReadUntilItCan) {
  files_.Write(kPath, TenScalars().bytes());
  files_.SetError(kPath, Code::kPermissionDenied);
  loader_.SetFiles({kFile});
  Step();
  EXPECT_EQ(Count(Stat::kFileUnreadable), 1u);
  EXPECT_TRUE(observer_.run->is_loaded);
  Step();
  EXPECT_EQ(Count(Stat::kFileUnreadable), 1u);
  files_.SetError(kPath, std::nullopt);
  Step();
  EXPECT_TRUE(HasNoStats());
  EXPECT_EQ(Steps(), Range(0, 9));
}

TEST_F(RunLoaderTest, NeverOpensAPlaceholder) {
  files_.Write("logs/run/tfevents.1.profile-empty", "anything");
  loader_.SetFiles({"tfevents.1.profile-empty"});
  Step();
  EXPECT_EQ(files_.bytes_returned(), 0u);
  EXPECT_TRUE(observer_.run->is_loaded);
}

TEST_F(RunLoaderTest, EmptyAndGarbageFilesMakeARun) {
  files_.Write("logs/run/tfevents.1", "");
  files_.Write("logs/run/tfevents.2", "this is text and not an event file");
  files_.Write("logs/run/tfevents.3", TenScalars().bytes());
  loader_.SetFiles({"tfevents.1", "tfevents.2", "tfevents.3"});
  Step();
  EXPECT_EQ(Steps(), Range(0, 9));
  EXPECT_EQ(Count(Stat::kRecordLengthChecksum), 1u);
}

TEST_F(RunLoaderTest, StopsSoonAndGoesOnLater) {
  EventFile file;
  file.Version();
  for (int64_t step = 0; step < 40'000; ++step) file.Scalar("loss", step, 1);
  files_.Write(kPath, file.bytes());
  loader_.SetFiles({kFile});
  observer_.cancels_after = 2;
  EXPECT_EQ(Step(), std::nullopt);
  EXPECT_FALSE(loader_.is_loaded());
  observer_.cancels_after = -1;
  Step();
  EXPECT_TRUE(loader_.is_loaded());
  EXPECT_EQ(observer_.run->point_count, 40'000u);
  EXPECT_EQ(observer_.bytes, file.bytes().size());
}

}  // namespace
}  // namespace stepscope
