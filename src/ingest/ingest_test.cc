#include "ingest/ingest.h"

#include <chrono>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/snapshots.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Scalars(int64_t first, int64_t last) {
  return EventFile().Version().Scalars("loss", first, last).bytes();
}

// Without threads; ingest_live_test.cc has the rest.

class IngestStepTest : public testing::Test {
 protected:
  std::shared_ptr<const Snapshot> Step() {
    ingest_.Step();
    return cell_.Load();
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  SnapshotCell cell_;
  Ingest ingest_{{.logdir = "logs"}, files_, clock_, stats_, cell_};
};

TEST_F(IngestStepTest, LoadsRunsAndFollowsThem) {
  files_.Write("logs/b/tfevents.1", Scalars(0, 4));
  files_.Write("logs/a/tfevents.1", Scalars(0, 2));
  auto snapshot = Step();
  EXPECT_THAT(RunNames(*snapshot), ElementsAre("a", "b"));
  EXPECT_EQ(PointCount(*snapshot, "b", "loss"), 5u);
  EXPECT_TRUE(snapshot->progress.is_complete);
  EXPECT_EQ(snapshot->progress.runs_loaded, 2u);
  EXPECT_EQ(snapshot->progress.bytes_read, Scalars(0, 4).size() + Scalars(0, 2).size());
  EXPECT_EQ(snapshot->progress.bytes_total, snapshot->progress.bytes_read);

  const auto a = snapshot->runs[0];
  files_.Append("logs/b/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes());
  files_.Write("logs/c/tfevents.1", Scalars(0, 0));
  snapshot = Step();
  EXPECT_THAT(RunNames(*snapshot), ElementsAre("a", "b", "c"));
  EXPECT_EQ(PointCount(*snapshot, "b", "loss"), 6u);
  EXPECT_EQ(snapshot->runs[0], a);  // Only changed runs are new.

  const uint64_t generation = snapshot->generation;
  EXPECT_EQ(Step()->generation, generation);
}

TEST_F(IngestStepTest, RunsThatDisappear) {
  files_.Write("logs/a/tfevents.1",
               EventFile().Version().Scalars("loss", 0, 3).BytesWithBadData(2));
  files_.Write("logs/b/tfevents.1", Scalars(0, 2));
  Step();
  EXPECT_EQ(stats_.Get().size(), 1u);
  files_.Remove("logs/a");
  EXPECT_THAT(RunNames(*Step()), ElementsAre("b"));
  EXPECT_TRUE(stats_.Get().empty());
  files_.Rename("logs/b", "logs/c");
  EXPECT_THAT(RunNames(*Step()), ElementsAre("c"));
  files_.Remove("logs");
  const auto snapshot = Step();
  EXPECT_THAT(RunNames(*snapshot), IsEmpty());
  EXPECT_EQ(snapshot->logdir_state, LogdirState::kMissing);
}

TEST_F(IngestStepTest, AMissingLogdirIsComplete) {
  const auto snapshot = Step();
  EXPECT_EQ(snapshot->logdir_state, LogdirState::kMissing);
  EXPECT_TRUE(snapshot->progress.is_complete);
  files_.Write("logs/tfevents.1", Scalars(0, 1));
  EXPECT_THAT(RunNames(*Step()), ElementsAre("."));
  EXPECT_EQ(cell_.Load()->logdir_state, LogdirState::kOk);
}

TEST_F(IngestStepTest, HoldsNoFilesOpen) {
  for (int i = 0; i < 50; ++i) {
    files_.Write("logs/run" + std::to_string(i) + "/tfevents.1", Scalars(0, 1));
  }
  EXPECT_EQ(Step()->runs.size(), 50u);
  EXPECT_EQ(files_.open_count(), 0u);
}

TEST_F(IngestStepTest, PublishesOtherFiles) {
  files_.Write("logs/w.1.pt.trace.json", "{}");
  EXPECT_EQ(Step()->other_files->size(), 1u);
}

TEST_F(IngestStepTest, ClocksThatJumpChangeNothing) {
  files_.Write("logs/a/tfevents.1", Scalars(0, 2));
  Step();
  clock_.JumpWall(-std::chrono::hours(24 * 365));
  files_.Append("logs/a/tfevents.1", EventFile().Scalars("loss", 3, 3).bytes());
  EXPECT_EQ(PointCount(*Step(), "a", "loss"), 4u);
  EXPECT_TRUE(stats_.Get().empty());
}

TEST_F(IngestStepTest, AFileThatIsRotated) {
  files_.Write("logs/a/tfevents.1", Scalars(0, 4));
  Step();
  // It keeps what makes it an event file: both are read.
  files_.Rename("logs/a/tfevents.1", "logs/a/tfevents.1.old");
  files_.Write("logs/a/tfevents.1", Scalars(5, 6));
  EXPECT_EQ(PointCount(*Step(), "a", "loss"), 7u);
  files_.Append("logs/a/tfevents.1", EventFile().Scalars("loss", 7, 7).bytes());
  EXPECT_EQ(PointCount(*Step(), "a", "loss"), 8u);
  files_.Rename("logs/a/tfevents.1.old", "logs/a/old");
  EXPECT_EQ(PointCount(*Step(), "a", "loss"), 3u);
  files_.Rename("logs/a/tfevents.1", "elsewhere");
  files_.Write("logs/a/tfevents.1", Scalars(0, 0));
  EXPECT_EQ(PointCount(*Step(), "a", "loss"), 1u);
}

TEST_F(IngestStepTest, WhatBecomesUnreadableStaysAndGoesOn) {
  files_.Write("logs/a/tfevents.1", Scalars(0, 4));
  files_.Write("logs/b/tfevents.1", Scalars(0, 2));
  Step();
  files_.SetError("logs/a/tfevents.1", Code::kPermissionDenied);
  files_.Append("logs/a/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes());
  files_.SetError("logs/b", Code::kPermissionDenied);
  clock_.Advance(std::chrono::minutes(1));
  auto snapshot = Step();
  EXPECT_EQ(PointCount(*snapshot, "a", "loss"), 5u);
  EXPECT_EQ(PointCount(*snapshot, "b", "loss"), 3u);
  EXPECT_EQ(stats_.Get().at(Stat::kFileUnreadable).count, 1u);
  EXPECT_EQ(stats_.Get().at(Stat::kDirectoryUnreadable).count, 1u);

  files_.SetError("logs/a/tfevents.1", std::nullopt);
  files_.SetError("logs/b", std::nullopt);
  clock_.Advance(std::chrono::minutes(1));
  snapshot = Step();
  EXPECT_EQ(PointCount(*snapshot, "a", "loss"), 6u);
  EXPECT_TRUE(stats_.Get().empty());
}

TEST_F(IngestStepTest, ProgressCountsRunsAndPoints) {
  files_.Write("logs/a/tfevents.1", Scalars(0, 4));
  files_.Write("logs/b/tfevents.1", Scalars(0, 2));
  files_.Write("logs/c/x.tfevents.profile-empty", "");
  auto progress = Step()->progress;
  EXPECT_EQ(progress.runs_total, 3u);
  EXPECT_EQ(progress.runs_loaded, 3u);
  EXPECT_EQ(progress.points, 8u);
  files_.Remove("logs/a");
  files_.Append("logs/b/tfevents.1", EventFile().Scalars("loss", 3, 3).bytes());
  progress = Step()->progress;
  EXPECT_EQ(progress.runs_total, 2u);
  EXPECT_EQ(progress.points, 4u);
}

TEST_F(IngestStepTest, ClocksThatJumpWhileDirectoriesComeAndGo) {
  files_.Write("logs/a/tfevents.1", Scalars(0, 2));
  Step();
  for (const auto jump : {-std::chrono::hours(24 * 365), std::chrono::hours(24 * 3650)}) {
    clock_.Advance(std::chrono::minutes(1));
    Step();
    clock_.JumpWall(jump);
    files_.Write("logs/a/tfevents.2", Scalars(3, 3));
    files_.Write("logs/b/tfevents.1", Scalars(0, 0));
    EXPECT_EQ(PointCount(*Step(), "a", "loss"), 4u);
    EXPECT_THAT(RunNames(*cell_.Load()), ElementsAre("a", "b"));
    clock_.Advance(std::chrono::minutes(1));
    files_.Remove("logs/a/tfevents.2");
    files_.Remove("logs/b");
    EXPECT_EQ(PointCount(*Step(), "a", "loss"), 3u);
    EXPECT_THAT(RunNames(*cell_.Load()), ElementsAre("a"));
  }
}

TEST_F(IngestStepTest, ALossAloneIsPublished) {
  files_.Write("logs/a/tfevents.1",
               EventFile().Version().Scalars("loss", 0, 3).BytesWithBadData(4));
  const uint64_t generation = Step()->generation;
  EXPECT_TRUE(stats_.Get().empty());  // It may still heal.
  EXPECT_EQ(Step()->generation, generation);
  clock_.Advance(RunLoader::kHealTime);
  EXPECT_GT(Step()->generation, generation);
  EXPECT_EQ(stats_.Get().at(Stat::kRecordChecksum).count, 1u);
}

TEST_F(IngestStepTest, RunsWhoseNamesAreNotUtf8StayApart) {
  files_.Write("logs/a\xFF/tfevents.1", Scalars(0, 1));
  files_.Write("logs/a\xFE/tfevents.1", Scalars(0, 2));
  auto snapshot = Step();
  const std::string fe =
      "a\xEF\xBF\xBD"
      "FE";
  const std::string ff =
      "a\xEF\xBF\xBD"
      "FF";
  EXPECT_THAT(RunNames(*snapshot), ElementsAre(fe, ff));
  EXPECT_EQ(PointCount(*snapshot, ff, "loss"), 2u);
  EXPECT_EQ(snapshot->runs[0]->directory, "logs/a\xFE");
  files_.Remove("logs/a\xFE");
  EXPECT_THAT(RunNames(*Step()), ElementsAre(ff));
}

}  // namespace
}  // namespace stepscope
