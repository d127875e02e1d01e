#include "server/live.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/snapshot_for_test.h"

namespace stepscope {
namespace {

using Json = nlohmann::json;

TEST(LiveMessagesTest, SaysWhatChanged) {
  Stats stats;
  stats.Add(Stat::kRecordChecksum, {"f", 1, ""});
  stats.Add(Stat::kRecordTruncated, {"f", 2, ""});  // No loss, so no problem.
  LiveMessages messages(stats);
  const auto a = MakeRun("a", {{"t", 1}});
  const auto b = MakeRun("b", {{"t", 1}});
  const auto before = MakeSnapshot(1, {a, b, MakeRun("gone", {})});
  const auto now = MakeSnapshot(2, {a, MakeRun("b", {{"t", 2}}), MakeRun("new\xff", {})});

  const Json message = Json::parse(*messages.Between(before, now, 5));
  EXPECT_EQ(message["generation"], 2);
  EXPECT_EQ(message["logdir_state"], "ok");
  EXPECT_EQ(message["progress"]["complete"], true);
  EXPECT_EQ(message["runs_changed"], Json({"b"}));
  EXPECT_EQ(message["runs_added"], Json({"new\xEF\xBF\xBD"}));
  EXPECT_EQ(message["runs_removed"], Json({"gone"}));
  EXPECT_EQ(message["all"], false);
  EXPECT_EQ(message["tags"], 5);
  EXPECT_EQ(message["points"], 3);
  EXPECT_EQ(message["problems"], 1);
  EXPECT_EQ(messages.Between(before, now, 5), messages.Between(before, now, 5));
  EXPECT_EQ(Json::parse(*messages.Between(before, now, 6))["tags"], 6);
}

TEST(LiveMessagesTest, FirstMessageAsksToReload) {
  Stats stats;
  LiveMessages messages(stats);
  const Json message =
      Json::parse(*messages.Between(nullptr, MakeSnapshot(1, {MakeRun("a", {})}), 0));
  EXPECT_EQ(message["all"], true);
  EXPECT_EQ(message["runs_added"], Json::array());
}

TEST(LiveMessagesTest, TooManyNamesAreAll) {
  Stats stats;
  LiveMessages messages(stats);
  std::vector<std::shared_ptr<const RunSnapshot>> runs;
  for (int i = 0; i < 1001; ++i) runs.push_back(MakeRun(std::to_string(i), {}));
  const auto empty = MakeSnapshot(1, {});
  const Json message = Json::parse(*messages.Between(empty, MakeSnapshot(2, runs), 0));
  EXPECT_EQ(message["all"], true);
  EXPECT_EQ(message["runs_added"], Json::array());
  runs.pop_back();
  const Json fewer = Json::parse(*messages.Between(empty, MakeSnapshot(3, runs), 0));
  EXPECT_EQ(fewer["all"], false);
  EXPECT_EQ(fewer["runs_added"].size(), 1000u);
}

}  // namespace
}  // namespace stepscope
