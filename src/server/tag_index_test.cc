#include "server/tag_index.h"

#include <map>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/snapshot_for_test.h"

namespace stepscope {
namespace {

std::string Describe(const std::vector<TagRow>& rows) {
  std::ostringstream text;
  for (const TagRow& row : rows) {
    text << " " << row.tag() << ":" << row.runs << ":" << row.points << ":" << row.display_name()
         << ":" << row.description();
  }
  return text.str();
}

std::string Describe(TagIndex& index, std::string_view plugin_name) {
  return std::to_string(index.CountSeries(plugin_name)) + Describe(index.List(plugin_name)->rows);
}

TEST(TagIndexTest, CollectsTagsOfAllRuns) {
  TagIndex index;
  EXPECT_EQ(Describe(index, "scalars"), "0");
  index.Update(MakeSnapshot(1, {MakeRun("b", {{"loss", 3}, {"acc10", 1}, {"text", 1, "text"}}),
                                MakeRun("a", {{"loss", 2, "scalars", "", "about"}, {"acc9", 1}})}));
  EXPECT_EQ(Describe(index, "scalars"), "4 acc9:1:1:: acc10:1:1:: loss:2:5::about");
  EXPECT_EQ(Describe(index, "text"), "1 text:1:1::");
  EXPECT_EQ(Describe(index, "images"), "0");
}

TEST(TagIndexTest, IgnoresOlderSnapshots) {
  TagIndex index;
  index.Update(MakeSnapshot(2, {MakeRun("a", {{"new", 1}})}));
  index.Update(MakeSnapshot(1, {MakeRun("a", {{"old", 1}})}));
  EXPECT_EQ(Describe(index, "scalars"), "1 new:1:1::");
  EXPECT_EQ(index.snapshot().generation, 2u);
}

TEST(TagIndexTest, TextsAreOfTheFirstRunThatHasOne) {
  TagIndex index;
  const auto a = MakeRun("a", {{"t", 1}});
  const auto b = MakeRun("b", {{"t", 1, "scalars", "from b", ""}});
  const auto c = MakeRun("c", {{"t", 1, "scalars", "from c", "about c"}});
  index.Update(MakeSnapshot(1, {a, c}));
  EXPECT_EQ(Describe(index, "scalars"), "2 t:2:2:from c:about c");
  index.Update(MakeSnapshot(2, {a, b, c}));
  EXPECT_EQ(Describe(index, "scalars"), "3 t:3:3:from b:about c");
  index.Update(MakeSnapshot(3, {a, c}));
  EXPECT_EQ(Describe(index, "scalars"), "2 t:2:2:from c:about c");
  index.Update(MakeSnapshot(4, {a}));
  EXPECT_EQ(Describe(index, "scalars"), "1 t:1:1::");
  index.Update(MakeSnapshot(5, {}));
  EXPECT_EQ(Describe(index, "scalars"), "0");
}

TEST(TagIndexTest, ListsStayAsTheyWere) {
  TagIndex index;
  index.Update(MakeSnapshot(1, {MakeRun("a", {{"t", 1, "scalars", "name", "about"}, {"u", 2}})}));
  const TagListPtr list = index.List("scalars");
  EXPECT_EQ(index.List("scalars"), list);
  index.Update(MakeSnapshot(2, {MakeRun("b", {{"t", 5, "scalars", "other", ""}})}));
  EXPECT_EQ(Describe(list->rows), " t:1:1:name:about u:1:2::");
  EXPECT_EQ(Describe(index, "scalars"), "1 t:1:5:other:");
}

TEST(TagIndexTest, TagsWithoutAGroupStandFirst) {
  TagIndex index;
  index.Update(MakeSnapshot(1, {MakeRun("a", {{"b/x"}, {"z"}, {"b-c/x"}, {"a"}, {"b/a"}})}));
  EXPECT_EQ(Describe(index, "scalars"), "5 a:1:1:: z:1:1:: b-c/x:1:1:: b/a:1:1:: b/x:1:1::");
}

TEST(TagIndexTest, MergesTheListsOfADashboard) {
  TagIndex index;
  index.Update(MakeSnapshot(1, {MakeRun("a", {{"x", 2}, {"u/v", 1, "images", "name"}}),
                                MakeRun("b", {{"u/v", 4}, {"x", 1, "images", "", "about"}})}));
  const TagListPtr merged = MergeTags({index.List("scalars"), index.List("images")});
  EXPECT_EQ(Describe(merged->rows), " x:2:3::about u/v:2:5:name:");
  EXPECT_EQ(merged->names->Find("v", SystemClock())->size(), 1u);
}

TEST(TagIndexTest, TheRevisionTellsOfTagsAndTextsButNotOfPoints) {
  TagIndex index;
  const auto run = MakeRun("a", {{"t", 1}, {"u", 1}});
  index.Update(MakeSnapshot(1, {run}));
  const uint64_t first = index.revision();
  const auto grown = std::make_shared<RunSnapshot>();
  for (const Series& series : run->series) {
    std::vector<Strand> strands(series.strands.begin(), series.strands.end());
    if (grown->series.empty()) strands.push_back(strands[0]);
    AddSeries(*grown, series.info, std::move(strands));
  }
  grown->name = run->name;
  EXPECT_EQ(index.CountChanges(*MakeSnapshot(2, {grown})), 2u);
  index.Update(MakeSnapshot(2, {grown}));
  EXPECT_EQ(index.revision(), first);
  EXPECT_EQ(Describe(index, "scalars"), "2 t:1:2:: u:1:1::");
  index.Update(MakeSnapshot(3, {grown, MakeRun("b", {{"t", 1, "scalars", "name"}})}));
  EXPECT_EQ(index.revision(), first + 1);
  // An earlier run that says the same.
  index.Update(MakeSnapshot(4, {MakeRun("a", {{"t", 1, "scalars", "name"}, {"u", 1}}),
                                MakeRun("b", {{"t", 1, "scalars", "name"}})}));
  EXPECT_EQ(index.revision(), first + 1);
  index.Update(MakeSnapshot(5, {MakeRun("b", {{"t", 1, "scalars", "name"}})}));
  EXPECT_GT(index.revision(), first + 1);
}

// Whatever comes, grows and goes: the index is as if it had been made from the last snapshot alone.
TEST(TagIndexTest, UpdatesAsIfMadeAnew) {
  std::mt19937 random(3);
  TagIndex index;
  std::map<std::string, std::shared_ptr<const RunSnapshot>> runs;
  for (uint64_t generation = 1; generation <= 300; ++generation) {
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      const std::string name = "run" + std::to_string(random() % 8);
      if (random() % 4 == 0) {
        runs.erase(name);
        continue;
      }
      std::vector<TagSpec> tags;
      for (int tag = 0; tag < 6; ++tag) {
        if (random() % 2 == 0) continue;
        tags.push_back({"tag" + std::to_string(tag), static_cast<int>(random() % 3),
                        random() % 3 == 0 ? "images" : "scalars",
                        random() % 3 == 0 ? "name of " + name : "",
                        random() % 3 == 0 ? "about " + name : ""});
      }
      runs[name] = MakeRun(name, tags, 100, generation);
    }
    std::vector<std::shared_ptr<const RunSnapshot>> all;
    for (const auto& [name, run] : runs) all.push_back(run);
    const auto snapshot = MakeSnapshot(generation, all);
    index.Update(snapshot);
    TagIndex fresh;
    fresh.Update(snapshot);
    for (const std::string_view plugin_name : {"scalars", "images"}) {
      EXPECT_EQ(Describe(index, plugin_name), Describe(fresh, plugin_name));
    }
  }
}

}  // namespace
}  // namespace stepscope
