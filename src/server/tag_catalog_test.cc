#include "server/tag_catalog.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "server/snapshot_for_test.h"

namespace stepscope {
namespace {

constexpr std::string_view kScalars[] = {"scalars"};

// A run of so many tags, each with a point.
std::shared_ptr<const RunSnapshot> RunWithTags(const std::string& name, size_t tags) {
  std::vector<TagSpec> specs;
  for (size_t i = 0; i < tags; ++i) specs.push_back({name + "/" + std::to_string(i)});
  return MakeRun(name, std::move(specs));
}

TEST(TagCatalogTest, IsUpToDateAfterASmallChange) {
  SnapshotCell snapshots;
  TagCatalog catalog(snapshots);
  EXPECT_TRUE(catalog.Get(kScalars).lists[0]->rows.empty());
  for (uint64_t generation = 1; generation <= 3; ++generation) {
    snapshots.Publish(MakeSnapshot(generation, {RunWithTags("a", generation)}));
    const TagCatalog::Picture picture = catalog.Get(kScalars);
    EXPECT_EQ(picture.generation, generation);
    EXPECT_EQ(picture.lists[0]->rows.size(), generation);
    EXPECT_EQ(picture.series[0], generation);
    EXPECT_EQ(catalog.revision(), picture.revision);
  }
}

TEST(TagCatalogTest, LeavesALargeChangeToTheBackground) {
  SnapshotCell snapshots;
  TagCatalog catalog(snapshots);
  snapshots.Publish(MakeSnapshot(1, {RunWithTags("a", 2)}));
  const uint64_t revision = catalog.Get(kScalars).revision;
  snapshots.Publish(
      MakeSnapshot(2, {RunWithTags("a", 2), RunWithTags("b", TagCatalog::kQuickSeries)}));
  const TagCatalog::Picture before = catalog.Get(kScalars);
  EXPECT_EQ(before.generation, 1u);
  EXPECT_EQ(before.lists[0]->rows.size(), 2u);
  EXPECT_EQ(before.revision, revision);
  catalog.KeepUp();
  const TagCatalog::Picture after = catalog.Get(kScalars);
  EXPECT_EQ(after.generation, 2u);
  EXPECT_EQ(after.series[0], TagCatalog::kQuickSeries + 2);
  EXPECT_GT(after.revision, revision);
  EXPECT_EQ(catalog.size().tags, TagCatalog::kQuickSeries + 2);
  EXPECT_GT(catalog.size().bytes, 0u);
}

TEST(TagCatalogTest, CostsTheFirstLoadNothingUntilSomebodyAsks) {
  SnapshotCell snapshots;
  TagCatalog catalog(snapshots);
  auto loading = std::make_shared<Snapshot>(*MakeSnapshot(1, {RunWithTags("a", 2)}));
  loading->progress.is_complete = false;
  snapshots.Publish(loading);
  catalog.KeepUp();
  EXPECT_EQ(catalog.size().tags, 0u);
  snapshots.Publish(MakeSnapshot(2, {RunWithTags("a", 2)}));
  catalog.KeepUp();
  EXPECT_EQ(catalog.size().tags, 2u);
}

// What is for the thread sanitizer: requests while large changes are worked through.
TEST(TagCatalogTest, AnswersWhileItKeepsUp) {
  SnapshotCell snapshots;
  TagCatalog catalog(snapshots);
  std::atomic<bool> is_done = false;
  const auto ask = [&] {
    uint64_t generation = 0;
    while (!is_done) {
      const TagCatalog::Picture picture = catalog.Get(kScalars);
      EXPECT_GE(picture.generation, generation);
      EXPECT_EQ(picture.lists[0]->rows.size(), picture.series[0]);
      generation = picture.generation;
      // As requests do, and unlike a loop: a mutex is not fair to those who wait.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  std::thread first(ask);
  std::thread second(ask);
  const auto large = RunWithTags("large", TagCatalog::kQuickSeries + 1);
  for (uint64_t generation = 1; generation <= 20; ++generation) {
    const auto small = RunWithTags("a" + std::to_string(generation), generation);
    snapshots.Publish(generation % 2 == 0 ? MakeSnapshot(generation, {small, large})
                                          : MakeSnapshot(generation, {small}));
    catalog.KeepUp();
  }
  is_done = true;
  first.join();
  second.join();
  EXPECT_EQ(catalog.Get(kScalars).generation, 20u);
}

}  // namespace
}  // namespace stepscope
