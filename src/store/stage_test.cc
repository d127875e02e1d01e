#include "store/stage.h"

#include <bit>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/attempts.h"
#include "store/publisher.h"
#include "testing/fake_clock.h"
#include "testing/steps.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::Pointee;

// Appends to a stage the way a loader does.
class Writer {
 public:
  explicit Writer(RunStage& stage) : stage_(stage) {}

  Writer& File(FileStage& file) {
    stage_.BeginFile(file);
    return *this;
  }
  Writer& Version(double version) {
    stage_.AddEvent(++wall_time_);
    stage_.AddFileVersion(version);
    return *this;
  }
  Writer& Start(int64_t step) {
    stage_.AddEvent(++wall_time_);
    EXPECT_TRUE(stage_.AddSessionStart(step));
    return *this;
  }
  Writer& Scalars(const std::string& tag, int64_t first, int64_t last) {
    for (int64_t step = first; step <= last; ++step) {
      stage_.AddEvent(++wall_time_);
      stage_.BeginSummary(step);
      SeriesStage* series = stage_.Find(tag);
      if (series == nullptr || !stage_.HasStrand(*series)) {
        series =
            stage_.AddStrand({.tag = tag, .plugin_name = "scalars", .kind = SeriesKind::kScalar});
      }
      stage_.AppendScalar(*series, step, wall_time_, ValueType::kInt64,
                          static_cast<uint64_t>(step));
    }
    return *this;
  }
  void SetWallTime(double wall_time) { wall_time_ = wall_time; }

 private:
  RunStage& stage_;
  double wall_time_ = 100;
};

template <typename Keep>
std::vector<int64_t> Collect(const Series& series, const std::vector<Segment>& segments,
                             Keep keep) {
  std::vector<int64_t> steps;
  ScalarBuffer buffer;
  for (const Segment& segment : segments) {
    const ScalarColumnView& view = series.strands[segment.strand].scalars;
    for (uint64_t i = segment.begin; i < segment.end; ++i) {
      const auto place = view.Find(i);
      const int64_t step = view.Read(place.block, buffer).steps[i - place.first_ordinal];
      if (keep(segment, step)) steps.push_back(step);
    }
  }
  return steps;
}

bool IsShown(const Segment& segment, int64_t step) {
  return !segment.has_superseded_from || step < segment.superseded_from;
}

// What TensorBoard's Python loader keeps.
std::vector<int64_t> Kept(const RunSnapshot& run, const std::string& tag) {
  const Series& series = *run.Find(tag);
  return Collect(series, FindCompatSegments(series), IsShown);
}

// What our own page shows.
std::vector<int64_t> Latest(const RunSnapshot& run, const std::string& tag) {
  const Series& series = *run.Find(tag);
  return Collect(series, FindAttempts(run, series), IsShown);
}

std::vector<uint32_t> Attempts(const RunSnapshot& run, const std::string& tag) {
  std::vector<uint32_t> attempts;
  for (const Segment& segment : FindAttempts(run, *run.Find(tag))) {
    attempts.push_back(segment.attempt);
  }
  return attempts;
}

std::vector<int64_t> Join(std::vector<int64_t> a, const std::vector<int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class StageTest : public testing::Test {
 protected:
  RunStage stage_{"run", "logs/run"};
  Writer writer_{stage_};
  FileStage& first_ = stage_.AddFile("run/tfevents.1");
  FileStage& second_ = stage_.AddFile("run/tfevents.2");
};

// The cases of event-files.md 4.3: steps 0-5, then 3-7 again.

TEST_F(StageTest, ReadingsDifferBetweenProcesses) {
  // Numbers that began at one in each of them would be small.
  EXPECT_GT(stage_.AddFile("f").info().reading, uint64_t{1} << 32);
}

TEST_F(StageTest, OneNewFileWithoutSessionLogKeepsAll) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5).Scalars("loss", 3, 7);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Join(Range(0, 5), Range(3, 7)));
  EXPECT_EQ(Latest(*run, "loss"), Join(Range(0, 5), Range(3, 7)));
}

TEST_F(StageTest, TwoNewFilesWithoutSessionLog) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5);
  writer_.File(second_).Version(2).Scalars("loss", 3, 7);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Join(Range(0, 5), Range(3, 7)));
  EXPECT_EQ(Latest(*run, "loss"), Join(Range(0, 2), Range(3, 7)));
  EXPECT_THAT(Attempts(*run, "loss"), ElementsAre(0, 1));
}

TEST_F(StageTest, TwoStartsPurgeEveryTag) {
  writer_.File(first_).Version(2).Start(0).Scalars("loss", 0, 5).Scalars("once", 0, 5);
  writer_.File(second_).Version(2).Start(3).Scalars("loss", 3, 7);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Range(0, 7));
  EXPECT_EQ(Kept(*run, "once"), Range(0, 2));  // Loses 3-5.
  EXPECT_EQ(Latest(*run, "loss"), Range(0, 7));
  EXPECT_EQ(Latest(*run, "once"), Range(0, 5));  // Nobody wrote them again.
}

TEST_F(StageTest, OnlyTheSecondWriterSaysPurge) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5);
  writer_.File(second_).Version(2).Start(3).Scalars("loss", 3, 7);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Join(Range(0, 5), Range(3, 7)));
  EXPECT_EQ(Latest(*run, "loss"), Range(0, 7));
}

TEST_F(StageTest, OldVersionsPurgeTheEventsTagsWhenAStepGoesBack) {
  for (const double version : {1.0, std::numeric_limits<double>::quiet_NaN(), -1.0}) {
    RunStage stage("run", "logs/run");
    Writer writer(stage);
    writer.File(stage.AddFile("f")).Version(version).Scalars("other", 0, 5).Scalars("loss", 0, 5);
    writer.Scalars("loss", 3, 7);
    const auto run = stage.Publish();
    EXPECT_EQ(Kept(*run, "loss"), Range(0, 7));
    EXPECT_EQ(Kept(*run, "other"), Range(0, 5));
    EXPECT_EQ(Latest(*run, "loss"), Join(Range(0, 5), Range(3, 7)));  // Within one file it is data.
  }
}

TEST_F(StageTest, NoVersionCountsAsOld) {
  writer_.File(first_).Scalars("loss", 0, 5).Scalars("loss", 3, 7);
  EXPECT_EQ(Kept(*stage_.Publish(), "loss"), Range(0, 7));
}

TEST_F(StageTest, OldVersionsCompareStepsAcrossFiles) {
  writer_.File(first_).Version(1).Scalars("loss", 0, 5);
  writer_.File(second_).Version(1).Scalars("loss", 3, 7);
  EXPECT_EQ(Kept(*stage_.Publish(), "loss"), Range(0, 7));
}

TEST_F(StageTest, AFileWithoutVersionInheritsTheOneBefore) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5);
  writer_.File(second_).Scalars("loss", 3, 7);
  EXPECT_EQ(Kept(*stage_.Publish(), "loss"), Join(Range(0, 5), Range(3, 7)));
}

TEST_F(StageTest, AVersionThatAppearsInFrontIsAReasonToReadAgain) {
  writer_.File(second_).Scalars("loss", 3, 7);
  EXPECT_FALSE(stage_.MustReread());
  writer_.File(first_).Version(1).Scalars("loss", 0, 5);
  EXPECT_FALSE(stage_.MustReread());  // It counted as old anyway.
  writer_.Version(2);
  EXPECT_TRUE(stage_.MustReread());
}

TEST_F(StageTest, ASecondFileWithFewerStepsKeepsBothParts) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5);
  writer_.File(second_).Version(2).Scalars("loss", 0, 2);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Join(Range(0, 5), Range(0, 2)));
  EXPECT_EQ(Latest(*run, "loss"), Range(0, 2));
}

TEST_F(StageTest, AStartAboveEverythingPurgesNothing) {
  writer_.File(first_).Version(2).Start(0).Scalars("loss", 0, 5);
  writer_.File(second_).Version(2).Start(100).Scalars("loss", 6, 7);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Range(0, 7));
  EXPECT_THAT(Attempts(*run, "loss"), ElementsAre(0, 1));
}

TEST_F(StageTest, StartsInsideOneFile) {
  writer_.File(first_).Version(2).Start(0).Scalars("loss", 0, 5);
  writer_.Start(4).Start(2).Start(3).Scalars("loss", 3, 4).Start(4).Scalars("loss", 4, 6);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Join(Range(0, 1), Join({3}, Range(4, 6))));
  EXPECT_EQ(Latest(*run, "loss"), Kept(*run, "loss"));
  EXPECT_THAT(Attempts(*run, "loss"), ElementsAre(0, 1, 2));
}

TEST_F(StageTest, AStartBehindEveryPointPurgesButIsNoAttemptYet) {
  writer_.File(first_).Version(2).Start(0).Scalars("loss", 0, 5);
  writer_.Start(3);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "loss"), Range(0, 2));
  EXPECT_EQ(Latest(*run, "loss"), Range(0, 5));
}

TEST_F(StageTest, ATagThatComesBackInAThirdFileIsPurgedByTheSecond) {
  FileStage& third = stage_.AddFile("run/tfevents.3");
  writer_.File(first_).Version(2).Start(0).Scalars("loss", 0, 5).Scalars("acc", 0, 5);
  writer_.File(second_).Version(2).Start(2).Scalars("loss", 2, 5);
  writer_.File(third).Version(2).Start(4).Scalars("loss", 4, 6).Scalars("acc", 4, 6);
  const auto run = stage_.Publish();
  EXPECT_EQ(Kept(*run, "acc"), Join(Range(0, 1), Range(4, 6)));
  EXPECT_EQ(Latest(*run, "acc"), Range(0, 6));
  EXPECT_EQ(Kept(*run, "loss"), Range(0, 6));
  EXPECT_THAT(Attempts(*run, "loss"), ElementsAre(0, 1, 2));
}

TEST_F(StageTest, AnswersDoNotDependOnTheOrderOfReading) {
  RunStage other("run", "logs/run");
  FileStage& other_second = other.AddFile("run/tfevents.2");
  Writer writer(other);
  writer.SetWallTime(112);
  writer.File(other_second).Version(2).Start(3).Scalars("loss", 3, 7);
  other.Publish();
  FileStage& other_first = other.AddFile("run/tfevents.1");
  writer.SetWallTime(100);
  writer.File(other_first).Version(2).Start(0).Scalars("loss", 0, 5).Scalars("once", 0, 3);

  writer_.File(first_).Version(2).Start(0).Scalars("loss", 0, 5).Scalars("once", 0, 3);
  writer_.SetWallTime(112);
  writer_.File(second_).Version(2).Start(3).Scalars("loss", 3, 7);
  for (const std::string tag : {"loss", "once"}) {
    EXPECT_EQ(Kept(*other.Publish(), tag), Kept(*stage_.Publish(), tag));
    EXPECT_EQ(Latest(*other.Publish(), tag), Latest(*stage_.Publish(), tag));
  }
}

TEST_F(StageTest, FilesThatOverlapInTimeAreConcurrentWriters) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5);
  writer_.SetWallTime(102);
  writer_.File(second_).Version(2).Scalars("loss", 3, 7);
  const auto run = stage_.Publish();
  EXPECT_EQ(Latest(*run, "loss"), Join(Range(0, 5), Range(3, 7)));
  EXPECT_THAT(Attempts(*run, "loss"), ElementsAre(0, 0));
}

TEST_F(StageTest, EverythingAtStepZeroIsNeverSuperseded) {
  writer_.File(first_).Version(2).Scalars("x", 0, 0).Scalars("x", 0, 0);
  writer_.File(second_).Version(2).Scalars("x", 0, 0).Scalars("x", 0, 0);
  EXPECT_EQ(Latest(*stage_.Publish(), "x"), (std::vector<int64_t>{0, 0, 0, 0}));
}

TEST_F(StageTest, AFileThatContinuesIsTheSameAttempt) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5);
  writer_.File(second_).Version(2).Scalars("loss", 6, 7);
  EXPECT_THAT(Attempts(*stage_.Publish(), "loss"), ElementsAre(0, 0));
}

TEST_F(StageTest, ATagThatOnlyTheFirstFileHoldsStays) {
  writer_.File(first_).Version(2).Scalars("loss", 0, 5).Scalars("once", 0, 5);
  writer_.File(second_).Version(2).Scalars("loss", 3, 7);
  EXPECT_EQ(Latest(*stage_.Publish(), "once"), Range(0, 5));
}

TEST_F(StageTest, StartsTimesTagsAreBounded) {
  writer_.File(first_).Version(2).Start(0);
  constexpr uint64_t kTags = 1 << 14;
  for (uint64_t i = 0; i < kTags; ++i) writer_.Scalars("tag" + std::to_string(i), 0, 0);
  uint64_t taken = 0;
  while (stage_.AddSessionStart(1)) ++taken;
  EXPECT_EQ(taken, RunStage::kMaxStartMarksPerFile / kTags);
}

TEST_F(StageTest, TooManyStartsAreRefused) {
  writer_.File(first_).Version(2);
  for (uint32_t i = 0; i < RunStage::kMaxStartsPerFile; ++i) {
    ASSERT_TRUE(stage_.AddSessionStart(i));
  }
  EXPECT_FALSE(stage_.AddSessionStart(0));
}

// Publishing.

TEST_F(StageTest, PublishesOnlyWhatChanged) {
  writer_.File(first_).Version(2).Scalars("a", 0, 2).Scalars("b", 0, 2);
  const auto run = stage_.Publish();
  EXPECT_EQ(stage_.Publish(), run);
  writer_.Scalars("b", 3, 3).Scalars("aa", 0, 0);
  const auto next = stage_.Publish();
  EXPECT_GT(next->generation, run->generation);
  EXPECT_EQ(run->Find("b")->size(), 3u);
  EXPECT_EQ(next->Find("b")->size(), 4u);
  EXPECT_EQ(run->Find("aa"), nullptr);
  ASSERT_EQ(next->series.size(), 3u);
  EXPECT_EQ(next->series[1].info->tag, "aa");  // Sorted.
  EXPECT_EQ(next->point_count, 8u);
  EXPECT_EQ(next->Find("a")->info, run->Find("a")->info);
}

TEST_F(StageTest, ATagWithoutPointsIsNotListed) {
  stage_.BeginFile(first_);
  stage_.AddEvent(1);
  stage_.AddStrand({.tag = "nothing", .kind = SeriesKind::kScalar});
  EXPECT_TRUE(stage_.Publish()->series.empty());
}

TEST_F(StageTest, TheFirstFileDecidesOnMetadataEvenWhenReadLater) {
  const auto add = [&](FileStage& file, const std::string& name) {
    stage_.BeginFile(file);
    stage_.AddEvent(1);
    SeriesStage* const series =
        stage_.AddStrand({.tag = "x", .display_name = name, .kind = SeriesKind::kScalar});
    stage_.AppendScalar(*series, 0, 1, ValueType::kBool, 1);
  };
  add(second_, "late");
  EXPECT_EQ(stage_.Publish()->Find("x")->info->display_name, "late");
  add(first_, "early");
  EXPECT_EQ(stage_.Publish()->Find("x")->info->display_name, "early");
  EXPECT_FALSE(stage_.MustReread());
  stage_.DropFile(first_);
  EXPECT_EQ(stage_.Publish()->Find("x")->info->display_name, "late");
}

TEST_F(StageTest, AnotherKindInAnEarlierFileIsAConflict) {
  stage_.BeginFile(second_);
  stage_.AddEvent(1);
  stage_.AddStrand({.tag = "x", .kind = SeriesKind::kScalar});
  stage_.BeginFile(first_);
  stage_.AddEvent(1);
  stage_.AddStrand({.tag = "x", .kind = SeriesKind::kBlob});
  EXPECT_TRUE(stage_.MustReread());
  stage_.Clear();
  EXPECT_FALSE(stage_.MustReread());
  EXPECT_TRUE(stage_.Publish()->series.empty());
  EXPECT_EQ(stage_.Publish()->files.size(), 2u);
}

TEST_F(StageTest, DroppedFilesTakeTheirPointsAlong) {
  writer_.File(first_).Version(2).Scalars("a", 0, 4).Scalars("both", 0, 4);
  writer_.File(second_).Version(2).Scalars("b", 0, 4).Scalars("both", 5, 9);
  const auto before = stage_.Publish();
  stage_.DropFile(first_);
  const auto run = stage_.Publish();
  EXPECT_EQ(run->Find("a"), nullptr);
  EXPECT_EQ(run->Find("both")->size(), 5u);
  EXPECT_EQ(run->Find("both")->strands[0].file, 0u);
  EXPECT_EQ(run->files[0].path, "run/tfevents.2");
  EXPECT_EQ(run->point_count, 10u);
  EXPECT_EQ(before->Find("a")->size(), 5u);  // Whoever still looks at it.

  stage_.ResetFile(second_);
  EXPECT_TRUE(stage_.Publish()->series.empty());
  writer_.File(second_).Scalars("b", 0, 0);
  EXPECT_EQ(stage_.Publish()->point_count, 1u);
}

TEST_F(StageTest, StartTimeIsTheFirstEventOfTheFirstFile) {
  EXPECT_TRUE(std::isinf(stage_.Publish()->start_time));
  writer_.SetWallTime(500);
  writer_.File(second_).Version(2);
  EXPECT_EQ(stage_.Publish()->start_time, 501);
  writer_.SetWallTime(600);
  writer_.File(first_).Version(2).Scalars("a", 0, 0);
  const auto run = stage_.Publish();
  EXPECT_EQ(run->start_time, 601);
  EXPECT_EQ(run->last_wall_time, 602);
  EXPECT_EQ(run->files[0].first_wall_time, 602);  // Of events with values.
}

TEST_F(StageTest, HasALimitOnTags) {
  stage_.BeginFile(first_);
  stage_.AddEvent(1);
  for (size_t i = 0; i < RunStage::kMaxSeries; ++i) {
    ASSERT_NE(stage_.AddStrand({.tag = std::to_string(i)}), nullptr);
  }
  EXPECT_EQ(stage_.AddStrand({.tag = "one more"}), nullptr);
  stage_.BeginFile(second_);
  EXPECT_NE(stage_.AddStrand({.tag = "17"}), nullptr);  // That tag is there already.
}

TEST(PublisherTest, PublishesAtOnceWhenNothingElseWaits) {
  FakeClock clock;
  SnapshotCell cell;
  Publisher publisher(cell, clock);
  std::vector<uint64_t> generations;
  cell.AddListener([&](const auto& snapshot) { generations.push_back(snapshot->generation); });
  const auto run = [](const std::string& name) {
    auto made = std::make_shared<RunSnapshot>();
    made->name = name;
    return made;
  };
  publisher.SetRun(run("b"));
  EXPECT_EQ(publisher.Flush(/*has_others=*/true), std::nullopt);
  EXPECT_EQ(publisher.Flush(true), std::nullopt);  // Nothing new.
  EXPECT_EQ(cell.Load()->runs.size(), 1u);

  publisher.SetRun(run("a"));
  EXPECT_EQ(publisher.Flush(true), std::chrono::milliseconds(50));
  clock.Advance(std::chrono::milliseconds(20));
  EXPECT_EQ(publisher.Flush(true), std::chrono::milliseconds(30));
  EXPECT_EQ(cell.Load()->runs.size(), 1u);
  EXPECT_EQ(publisher.Flush(/*has_others=*/false), std::nullopt);
  ASSERT_EQ(cell.Load()->runs.size(), 2u);
  EXPECT_EQ(cell.Load()->runs[0]->name, "a");
  EXPECT_NE(cell.Load()->FindRun("b"), nullptr);
  EXPECT_EQ(cell.Load()->FindRun("c"), nullptr);

  publisher.RemoveRun("a");
  clock.Advance(std::chrono::milliseconds(50));
  EXPECT_EQ(publisher.Flush(true), std::nullopt);
  EXPECT_EQ(cell.Load()->FindRun("a"), nullptr);
  EXPECT_THAT(generations, ElementsAre(1, 2, 3));
}

TEST(PublisherTest, ACostlyPublicationStretchesThePeriod) {
  PublishPace pace;
  using std::chrono::milliseconds;
  EXPECT_LE(pace.Left(milliseconds(0), true), milliseconds(0));
  pace.Note(milliseconds(0), milliseconds(20));
  EXPECT_EQ(pace.Left(milliseconds(20), true), milliseconds(200));
  EXPECT_EQ(pace.Left(milliseconds(120), false), milliseconds(100));
}

TEST(PublisherTest, APublicationThatWasInterruptedStretchesNothing) {
  PublishPace pace;
  using std::chrono::milliseconds;
  pace.Note(milliseconds(0), milliseconds(1));
  pace.Note(milliseconds(100), milliseconds(1200));
  EXPECT_EQ(pace.Left(milliseconds(1200), true), PublishPace::kPeriod);
  EXPECT_EQ(pace.Left(milliseconds(1200), false), milliseconds(10));
  // Not even twice: no page stands still for long.
  pace.Note(milliseconds(1300), milliseconds(2400));
  EXPECT_EQ(pace.Left(milliseconds(2400), false), PublishPace::kMaxWait);
}

// For the thread sanitizer: readers walk what was published while the writer goes on.
TEST(SnapshotTest, ReadersNeedNoLock) {
  FakeClock clock;
  SnapshotCell cell;
  Publisher publisher(cell, clock);
  constexpr int kRounds = 300;
  std::vector<std::thread> readers;
  std::atomic<bool> is_done{false};
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      uint64_t last_size = 0;
      while (true) {
        const bool was_done = is_done;
        const auto snapshot = cell.Load();
        const Series* const series = snapshot->FindSeries("run", "loss");
        if (series != nullptr) {
          const std::vector<int64_t> steps =
              Latest(**std::find_if(snapshot->runs.begin(), snapshot->runs.end(),
                                    [](const auto& run) { return run->name == "run"; }),
                     "loss");
          EXPECT_EQ(steps.size(), series->size());
          EXPECT_GE(steps.size(), last_size);
          for (size_t j = 0; j < steps.size(); ++j) {
            if (steps[j] != static_cast<int64_t>(j)) ADD_FAILURE() << j;
          }
          last_size = steps.size();
        }
        if (was_done) break;
      }
      EXPECT_EQ(last_size, uint64_t{kRounds} * 37);
    });
  }
  RunStage stage("run", "logs/run");
  Writer writer(stage);
  writer.File(stage.AddFile("f")).Version(2);
  for (int round = 0; round < kRounds; ++round) {
    writer.Scalars("loss", round * 37, round * 37 + 36);
    writer.Scalars("tag" + std::to_string(round % 50), round, round + 1);
    publisher.SetRun(stage.Publish());
    publisher.FlushNow();
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace stepscope
