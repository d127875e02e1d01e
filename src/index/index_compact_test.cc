#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "testing/index_store_fixture.h"

namespace stepscope {
namespace {

using IndexCompactTest = IndexStoreTest;

// ---- Merging

TEST_F(IndexCompactTest, ManySmallSegmentsBecomeFew) {
  const auto store = Open();
  std::set<std::string> names;
  Runs written;
  for (int i = 0; i < 100; ++i) {
    const std::string run = "run" + std::to_string(i);
    names.insert(run);
    written[run] = std::string(static_cast<size_t>(i) * 10, 'x');
    ASSERT_TRUE(Write(*store, {{run, written[run]}}));
    ASSERT_TRUE(store->Compact(AllLive));
    ASSERT_LE(SegmentsIn(store->folder()).size(), IndexStore::kMaxSegments);
  }
  EXPECT_EQ(Read(*store, names), written);
  EXPECT_EQ(Read(*Open(), names), written);
}

TEST_F(IndexCompactTest, ALargeSegmentIsNotCopiedForSmallOnes) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"large", std::string(1 << 20, 'x')}}));
  const std::string large = SegmentsIn(store->folder()).front();
  std::set<std::string> names = {"large"};
  for (int i = 0; i < 30; ++i) {
    names.insert(std::to_string(i));
    ASSERT_TRUE(Write(*store, {{std::to_string(i), "small"}}));
    ASSERT_TRUE(store->Compact(AllLive));
  }
  EXPECT_EQ(SegmentsIn(store->folder()).front(), large);
  EXPECT_EQ(Read(*store, names).size(), 31U);
}

TEST_F(IndexCompactTest, SupersededAndGoneRunsAreDropped) {
  const auto store = Open();
  const std::string large(100'000, 'x');
  ASSERT_TRUE(Write(*store, {{"a", large}, {"b", large}, {"c", "small"}}));
  ASSERT_TRUE(store->Compact(AllLive));
  const std::vector<std::string> before = SegmentsIn(store->folder());
  ASSERT_TRUE(store->Compact(AllLive));
  EXPECT_EQ(SegmentsIn(store->folder()), before);  // There was nothing to do.

  ASSERT_TRUE(store->Compact([](std::string_view run) { return run == "c"; }));
  EXPECT_EQ(Read(*store), (Runs{{"c", "small"}}));
  ASSERT_TRUE(Write(*store, {{"c", "newer"}}));
  ASSERT_TRUE(store->Compact(AllLive));
  EXPECT_EQ(Read(*store), (Runs{{"c", "newer"}}));
  EXPECT_EQ(SegmentsIn(store->folder()).size(), 1U);
  ASSERT_TRUE(store->Compact([](std::string_view) { return false; }));
  EXPECT_EQ(FilesIn(store->folder()), std::vector<std::string>{"lock"});
  EXPECT_EQ(Read(*Open()), Runs());
}

TEST_F(IndexCompactTest, ADamagedSectionIsDroppedAndTheOthersStay) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "a body"}, {"b", "b body"}, {"c", "gone soon"}}));
  const std::string path = JoinPath(store->folder(), SegmentsIn(store->folder()).front());
  {
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(bytes.find("a body")));
    out << "A";
  }
  const auto next = Open();
  EXPECT_EQ(Read(*next), (Runs{{"a", "damaged"}, {"b", "b body"}, {"c", "gone soon"}}));
  const auto is_live = [](std::string_view run) { return run != "c"; };
  ASSERT_TRUE(Write(*next, {{"d", "x"}}));
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(Write(*next, {{"e" + std::to_string(i), "x"}}));
  ASSERT_TRUE(next->Compact(is_live));
  EXPECT_FALSE(next->Find("a") && next->Find("a")->Body());
  EXPECT_TRUE(next->Find("b") && next->Find("b")->Body());
  EXPECT_TRUE(next->Find("d") && next->Find("d")->Body());
}

TEST_F(IndexCompactTest, WhatIsMappedStaysWhenItsFileIsGone) {
  const auto store = Open();
  const std::string large(3 << 20, 'x');
  ASSERT_TRUE(Write(*store, {{"a", large}}));
  const auto section = *Open()->Find("a");
  ASSERT_TRUE(Write(*store, {{"a", "new"}}));
  ASSERT_TRUE(store->Compact(AllLive));
  options_.max_bytes = 1;
  ASSERT_TRUE(Open(OptionsFor("others"))->Prune());
  EXPECT_TRUE(SegmentsIn(store->folder()).empty());
  EXPECT_TRUE(AsText(*section.Body()) == large);
}

// ---- Pruning

TEST_F(IndexCompactTest, WhatWasNotUsedForLongestIsPruned) {
  const auto one = Open(OptionsFor("one"));
  const auto two = Open(OptionsFor("two"));
  const auto three = Open(OptionsFor("three"));
  const std::string body(10'000, 'x');
  for (const auto* store : {&one, &two, &three}) ASSERT_TRUE(Write(**store, {{"a", body}}));
  const auto age = [](const IndexStore& store, int hours) {
    for (const std::string& name : SegmentsIn(store.folder())) {
      std::filesystem::last_write_time(
          JoinPath(store.folder(), name),
          std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
    }
  };
  age(*one, 30);
  age(*two, 20);
  age(*three, 40);
  std::filesystem::create_directories(Path("cache/stepscope/mine"));
  std::ofstream(Path("cache/stepscope/mine/file")) << body << body << body;

  options_.max_bytes = 25'000;
  ASSERT_TRUE(Open(OptionsFor("one"))->Prune());  // Which marks it as used.
  EXPECT_FALSE(std::filesystem::exists(three->folder()));
  EXPECT_EQ(SegmentsIn(one->folder()).size(), 1U);
  EXPECT_EQ(SegmentsIn(two->folder()).size(), 1U);

  options_.max_bytes = 15'000;
  ASSERT_TRUE(Open(OptionsFor("two"))->Prune());  // Its own is the last that goes.
  EXPECT_FALSE(std::filesystem::exists(one->folder()));
  EXPECT_EQ(SegmentsIn(two->folder()).size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(Path("cache/stepscope/mine/file")));
  // The one that was pruned goes on.
  EXPECT_EQ(Read(*one), (Runs{{"a", body}}));
  EXPECT_TRUE(Write(*one, {{"b", "2"}}));
  EXPECT_EQ(Read(*one), (Runs{{"b", "2"}}));
}

TEST_F(IndexCompactTest, WhereSomebodyWritesNothingIsPruned) {
  const auto one = Open(OptionsFor("one"));
  ASSERT_TRUE(Write(*one, {{"a", "1"}}));
  options_.max_bytes = 1;
  const auto two = Open(OptionsFor("two"));
  ASSERT_TRUE(one->Write([&](SegmentWriter& writer) -> Status {
    EXPECT_TRUE(two->Prune());
    return writer.Add("b", AsBytes("head of b"), AsBytes("2"));
  }));
  EXPECT_EQ(Read(*one), (Runs{{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(two->Prune());
  EXPECT_FALSE(std::filesystem::exists(one->folder()));
}

TEST_F(IndexCompactTest, OfOurOwnTheOldestGoFirst) {
  const std::string body(10'000, 'x');
  const auto store = Open();
  for (const std::string run : {"a", "b", "c"}) ASSERT_TRUE(Write(*store, {{run, body}}));
  options_.max_bytes = 25'000;
  const auto smaller = Open();
  ASSERT_TRUE(smaller->Prune());
  EXPECT_EQ(Read(*smaller), (Runs{{"b", body}, {"c", body}}));
  EXPECT_EQ(Write(*smaller, {{"a", body + body + body}}).error().code, Code::kResourceExhausted);
}

TEST_F(IndexCompactTest, PruningWithoutACacheIsFine) { EXPECT_TRUE(Open()->Prune()); }

}  // namespace
}  // namespace stepscope
