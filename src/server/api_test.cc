#include "server/api.h"

#include <chrono>
#include <cstdio>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/compat_core.h"
#include "server/snapshot_for_test.h"

namespace stepscope {
namespace {

using ::testing::HasSubstr;

using Json = nlohmann::ordered_json;

constexpr std::string_view kScalarReads[] = {"scalars"};
constexpr std::string_view kTwoReads[] = {"images", "scalars"};
const Plugin kScalars = {.name = "scalars",
                         .reads = kScalarReads,
                         .compat_listing = {"Scalars", "CUSTOM_ELEMENT", "tf-scalar", false}};
const Plugin kTwo = {
    .name = "two", .reads = kTwoReads, .compat_listing = {"", "NG_COMPONENT", "", true}};
const Plugin kNone = {.name = "none", .compat_listing = {"None", "NONE", "", false}};
const Plugin* const kPlugins[] = {&kScalars, &kTwo, &kNone};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() : api_(snapshots_, stats_, options_, kPlugins, use_) {
    options_.logdir = "logs";
    options_.window_title = "title";
    api_.AddRoutes(router_);
    const auto has_data = [this](const Plugin& plugin) { return plugin.name == with_files_; };
    AddCompatCoreRoutes(router_, snapshots_, options_, kPlugins, api_, has_data, nullptr);
  }

  Response Ask(std::string_view target) {
    Target parsed = *ParseTarget(target);
    Request request;
    request.path = std::move(parsed.path);
    request.query = std::move(parsed.query);
    return router_.Handle(request).value();
  }
  Json Get(std::string_view target) {
    const Response response = Ask(target);
    EXPECT_EQ(response.status, 200) << response.body;
    return Json::parse(response.body);
  }
  static std::string Names(const Json& rows, const std::string& key) {
    std::string names;
    for (const Json& row : rows) names += (names.empty() ? "" : " ") + row[key].get<std::string>();
    return names;
  }

  std::string with_files_;  // The plugin that has something to show without any series.
  SnapshotCell snapshots_;
  Stats stats_;
  ServerOptions options_;
  ServerUse use_;
  CoreApi api_;
  Router router_;
};

TEST_F(ApiTest, DescribesTheServer) {
  stats_.Add(Stat::kRecordChecksum, {"f", 3, "d"});
  snapshots_.Publish(MakeSnapshot(
      4, {MakeRun("a", {{"loss", 2}, {"im", 1, "images"}}), MakeRun("b", {{"loss", 3}})}));
  Json environment = Get("/api/environment");
  environment.erase("version");
  EXPECT_EQ(
      environment.dump(),
      R"({"logdir":"logs","window_title":"title","logdir_state":"ok","plugins":[)"
      R"({"name":"scalars","series":2},{"name":"two","series":3},{"name":"none","series":0}],)"
      R"("progress":{"complete":true,"bytes_read":0,"bytes_total":0,"runs_loaded":0,"runs_total":0,"points":0,)"
      R"("seconds":0.0},"runs":2,"points":6,"problems":1,"generation":4})");
}

TEST_F(ApiTest, ListsRuns) {
  snapshots_.Publish(
      MakeSnapshot(4, {MakeRun("run10", {{"a", 2}, {"b", 3}}, 50), MakeRun("run2", {}, 70),
                       MakeRun("empty", {}, std::numeric_limits<double>::infinity())}));
  const Json all = Get("/api/runs");
  EXPECT_EQ(Names(all["runs"], "name"), "empty run2 run10");
  EXPECT_EQ(all["runs"][2].dump(),
            R"({"name":"run10","start_time":50.0,"last_wall_time":51.0,"tags":2,"points":5,)"
            R"("generation":1,"loaded":true,"files":1})");
  EXPECT_EQ(all["runs"][0]["start_time"], nullptr);
  EXPECT_EQ(all["total"], 3);
  EXPECT_EQ(Names(Get("/api/runs?order=start_time")["runs"], "name"), "run10 run2 empty");
  EXPECT_EQ(Names(Get("/api/runs?order=newest")["runs"], "name"), "run2 run10 empty");
  EXPECT_EQ(Get("/api/runs?order=auto")["order"], "name");

  const Json filtered = Get("/api/runs?filter=RUN&offset=1&limit=5");
  EXPECT_EQ(Names(filtered["runs"], "name"), "run10");
  EXPECT_EQ(filtered["total"], 3);
  EXPECT_EQ(filtered["matching"], 2);
  EXPECT_EQ(filtered["offset"], 1);
  EXPECT_EQ(Names(Get("/api/runs?filter=/^.*2$/")["runs"], "name"), "run2");
  EXPECT_EQ(Get("/api/runs?offset=9000000000000000000")["runs"], Json::array());
  EXPECT_EQ(Get("/api/runs?limit=0")["matching"], 3);

  EXPECT_EQ(Ask("/api/runs?filter=/(/").status, 400);
  EXPECT_EQ(Ask("/api/runs?limit=10001").status, 400);
  EXPECT_EQ(Ask("/api/runs?offset=-1").status, 400);
  EXPECT_EQ(Ask("/api/runs?order=points").status, 400);
}

TEST_F(ApiTest, ListsManyRunsNewestFirst) {
  std::vector<std::shared_ptr<const RunSnapshot>> runs;
  for (int i = 0; i < 61; ++i) runs.push_back(MakeRun(std::to_string(i), {}, i));
  snapshots_.Publish(MakeSnapshot(1, runs));
  const Json answer = Get("/api/runs?order=auto&limit=2");
  EXPECT_EQ(answer["order"], "newest");
  EXPECT_EQ(Names(answer["runs"], "name"), "60 59");
}

TEST_F(ApiTest, FindsTheRunsThatAnAddressNames) {
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("a", {}), MakeRun("b", {}), MakeRun("ラン 𝄞", {})}));
  // As the page's hashName says it of "b" and of the last.
  EXPECT_EQ(Names(Get("/api/runs?hashes=c8ohiribr5")["runs"], "name"), "b ラン 𝄞");
  EXPECT_EQ(Get("/api/runs?hashes=c8ohi&filter=a")["matching"], 0);
  EXPECT_EQ(Get("/api/runs?hashes=")["matching"], 0);
  EXPECT_EQ(Ask("/api/runs?hashes=abc").status, 400);
  EXPECT_EQ(Ask("/api/runs?hashes=abc!e").status, 400);
}

TEST_F(ApiTest, SaysWhatAllRunsShare) {
  const auto shared = [&](std::vector<std::string> names) {
    std::vector<std::shared_ptr<const RunSnapshot>> runs;
    for (std::string& name : names) runs.push_back(MakeRun(std::move(name), {}));
    static uint64_t generation = 0;
    snapshots_.Publish(MakeSnapshot(++generation, runs));
    const Json answer = Get("/api/runs?limit=0");
    return answer["shared_prefix"].get<std::string>() + '|' +
           answer["shared_suffix"].get<std::string>();
  };
  EXPECT_EQ(shared({"sweep/lr1", "sweep/lr2"}), "sweep/|");
  EXPECT_EQ(shared({"sweep/a/seed=0,x", "sweep/ab/seed=0,x"}), "sweep/|/seed=0,x");
  EXPECT_EQ(shared({"sweep/a", "sweep/b", "other"}), "|");
  EXPECT_EQ(shared({"sweep/a"}), "|");
  EXPECT_EQ(shared({"a_ending", "b_ending", "_ending"}), "|");
  EXPECT_EQ(shared({"sweep/", "sweep/b"}), "|");
  EXPECT_EQ(shared({"aéééé", "bĩééé"}), "|ééé");  // No half of a character.
}

TEST_F(ApiTest, FollowsRunsThatComeAndGo) {
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("b", {}), MakeRun("c", {})}));
  EXPECT_EQ(Names(Get("/api/runs")["runs"], "name"), "b c");
  snapshots_.Publish(MakeSnapshot(2, {MakeRun("b", {}), MakeRun("a", {})}));
  EXPECT_EQ(Names(Get("/api/runs")["runs"], "name"), "a b");
}

TEST_F(ApiTest, ListsTags) {
  snapshots_.Publish(
      MakeSnapshot(9, {MakeRun("a", {{"train/loss10", 2, "scalars", "Loss", "**bold**"},
                                     {"lr", 1},
                                     {"train/loss9", 1},
                                     {"pic", 1, "images"}}),
                       MakeRun("b", {{"train/loss10", 3, "scalars", "Other"}, {"eval/acc", 1}})}));
  const Json all = Get("/api/tags?plugin=scalars");
  EXPECT_EQ(Names(all["tags"], "tag"), "lr eval/acc train/loss9 train/loss10");
  EXPECT_EQ(all["generation"], 9);
  EXPECT_EQ(all["total"], 4);
  const Json& tag = all["tags"][3];
  EXPECT_EQ(tag["runs"], 2);
  EXPECT_EQ(tag["points"], 5);
  EXPECT_EQ(tag["display_name"], "Loss");
  EXPECT_THAT(tag["description"].get<std::string>(), HasSubstr("<strong>bold</strong>"));
  EXPECT_EQ(all["groups"].dump(),
            R"([{"prefix":"","tags":1},{"prefix":"eval","tags":1},{"prefix":"train","tags":2}])");

  const Json page = Get("/api/tags?plugin=scalars&filter=train&offset=1&limit=1");
  EXPECT_EQ(Names(page["tags"], "tag"), "train/loss10");
  EXPECT_EQ(page["matching"], 2);
  EXPECT_EQ(page["groups"].dump(), R"([{"prefix":"train","tags":2}])");
  EXPECT_FALSE(Get("/api/tags?plugin=scalars&groups=0").contains("groups"));

  EXPECT_EQ(Names(Get("/api/tags?plugin=two")["tags"], "tag"),
            "lr pic eval/acc train/loss9 train/loss10");
  EXPECT_EQ(Get("/api/tags?plugin=none")["tags"], Json::array());
  EXPECT_EQ(Ask("/api/tags?plugin=unknown").status, 404);
  EXPECT_EQ(Ask("/api/tags").status, 404);
}

TEST_F(ApiTest, LeavesOutADisplayNameThatSaysNothing) {
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("a", {{"loss", 1, "scalars", "loss"}})}));
  EXPECT_EQ(Get("/api/tags?plugin=scalars")["tags"][0]["display_name"], "");
}

// Tags whose names and descriptions are as long as a hostile file of 16 MiB can make them.
TEST_F(ApiTest, FiltersLongNamesInTime) {
  std::vector<TagSpec> tags;
  std::mt19937 random(1);
  for (int i = 0; i < 15; ++i) {
    std::string& name = tags.emplace_back().tag;
    while (name.size() < 1 << 20) name += random() % 2 == 0 ? '0' : '1';
  }
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("a", std::move(tags))}));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Get("/api/tags?plugin=scalars&filter=/(0%7C1)*1(0%7C1)%7B40%7D2/")["matching"], 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(ApiTest, BoundsTheDescriptionsOfAPage) {
  const std::string markdown(200 * 1024, 'x');  // Shown as it is.
  std::vector<TagSpec> tags;
  for (int i = 0; i < 100; ++i) {
    tags.push_back({std::to_string(i), 1, "scalars", "", std::to_string(i) + markdown});
  }
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("a", std::move(tags))}));
  const Response response = Ask("/api/tags?plugin=scalars");
  EXPECT_LT(response.body.size(), size_t{9} << 20);
  const Json rows = Json::parse(response.body)["tags"];
  EXPECT_THAT(rows[0]["description"].get<std::string>(), HasSubstr("<pre>0xxx"));
  EXPECT_THAT(rows[99]["description"].get<std::string>(), HasSubstr("Left out"));
  // Another page has its own.
  EXPECT_THAT(Get("/api/tags?plugin=scalars&offset=99")["tags"][0]["description"],
              HasSubstr("<pre>99xxx"));
}

TEST_F(ApiTest, BoundsTheGroups) {
  std::vector<TagSpec> tags;
  for (int i = 0; i < 10'050; ++i) tags.push_back({std::to_string(i) + "/a"});
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("a", std::move(tags))}));
  const Json answer = Get("/api/tags?plugin=scalars&limit=1");
  EXPECT_EQ(answer["groups"].size(), 10'000u);
  EXPECT_EQ(answer["groups_left_out"], 50);
  EXPECT_EQ(Get("/api/tags?plugin=scalars&filter=77/a")["groups_left_out"], 0);
}

TEST_F(ApiTest, ListsLosses) {
  stats_.Add(Stat::kRecordChecksum, {"bad/events", 312, "was it a crash"});
  stats_.Add(Stat::kRecordTruncated, {"bad/events", 400, ""});
  const Json answer = Get("/api/stats");
  EXPECT_EQ(answer["stats"][0].dump(),
            R"({"name":"record_checksum","severity":"lost","text":)"
            R"("A record's data fails its checksum; it was skipped","count":1,"occurrences":[)"
            R"({"file":"bad/events","offset":312,"detail":"was it a crash"}]})");
  EXPECT_EQ(answer["stats"][1]["severity"], "info");
  EXPECT_EQ(answer["revision"], 2);
  EXPECT_GT(answer["memory"]["resident_bytes"], 0);
  use_.connections = 3;
  const Json held = Get("/api/stats")["memory"]["held"];
  EXPECT_EQ(held[0].dump(),
            R"({"name":"connections","text":"Connections of browsers and programs",)"
            R"("unit":"","amount":3,"bound":1024})");
  EXPECT_EQ(held[5]["name"], "tag_index");
  EXPECT_EQ(held[5]["bound"], nullptr);
}

TEST_F(ApiTest, AnswersTensorBoardsCoreRoutes) {
  snapshots_.Publish(
      MakeSnapshot(1, {MakeRun("z", {{"loss", 1}}, 10), MakeRun("b", {}, 20), MakeRun("a", {}, 20),
                       MakeRun("new", {}, std::numeric_limits<double>::infinity())}));
  EXPECT_EQ(Get("/data/runs").dump(), R"(["z","a","b","new"])");
  EXPECT_EQ(Get("/data/logdir").dump(), R"({"logdir":"logs"})");
  EXPECT_EQ(Get("/data/window_properties").dump(), R"({"window_title":"title"})");
  EXPECT_EQ(Get("/data/experiments").dump(), "[]");
  EXPECT_EQ(Get("/data/experiment_runs").dump(), "[]");
  const Json environment = Get("/data/environment");
  EXPECT_EQ(environment["version"], STEPSCOPE_VERSION);
  EXPECT_EQ(environment["data_location"], "logs");
  EXPECT_EQ(environment["window_title"], "title");
  EXPECT_EQ(environment["experiment_name"], "");
  EXPECT_EQ(environment["experiment_description"], "");
  EXPECT_EQ(environment["creation_time"], 0.0);
  EXPECT_TRUE(environment["debug"]["data_provider"].is_string());
  EXPECT_EQ(environment["debug"]["flags"]["logdir"], "logs");
  EXPECT_EQ(Get("/data/plugins_listing").dump(),
            R"({"scalars":{"disable_reload":false,"enabled":true,"remove_dom":false,)"
            R"("tab_name":"Scalars","loading_mechanism":{"type":"CUSTOM_ELEMENT",)"
            R"("element_name":"tf-scalar"}},)"
            R"("two":{"disable_reload":true,"enabled":true,"remove_dom":false,"tab_name":"two",)"
            R"("loading_mechanism":{"type":"NG_COMPONENT"}},)"
            R"("none":{"disable_reload":false,"enabled":false,"remove_dom":false,)"
            R"("tab_name":"None","loading_mechanism":{"type":"NONE"}}})");
  with_files_ = "none";
  EXPECT_EQ(Get("/data/plugins_listing")["none"]["enabled"], true);
  EXPECT_EQ(Ask("/graphs").status, 302);
}

TEST_F(ApiTest, ADashboardInAFrameHasAnEntry) {
  const Plugin framed = {.name = "framed", .compat_listing = {"", "IFRAME", "", false}};
  const Plugin* const plugins[] = {&kScalars, &framed};
  Router router;
  AddCompatCoreRoutes(router, snapshots_, options_, plugins, api_, {}, nullptr);
  const auto ask = [&](std::vector<std::pair<std::string, std::string>> query) {
    Request request;
    request.path = "/data/plugin_entry.html";
    request.query = std::move(query);
    return *router.Handle(request);
  };
  const Response entry = ask({{"name", "framed"}});
  EXPECT_EQ(entry.status, 200);
  EXPECT_THAT(entry.body, HasSubstr("<base href=\"plugin/framed/\" />"));
  ASSERT_EQ(entry.headers.size(), 1u);
  EXPECT_EQ(entry.headers[0].first, kPolicyHeader);
  EXPECT_EQ(ask({{"name", "scalars"}}).status, 400);
  EXPECT_EQ(ask({{"name", "</head><script>"}}).status, 404);
  EXPECT_EQ(ask({}).status, 404);
}

// Ceilings are generous: sanitizers and busy machines run this too. The times are for the reader.
TEST_F(ApiTest, StaysQuickWithAMillionSeries) {
  std::vector<TagSpec> tags;
  for (int i = 0; i < 100; ++i)
    tags.push_back({"group" + std::to_string(i / 10) + "/tag" + std::to_string(i)});
  const auto prototype = MakeRun("", tags);
  std::vector<std::shared_ptr<const RunSnapshot>> runs;
  for (int i = 0; i < 10'000; ++i) {
    const auto run = MakeRun("experiment/run" + std::to_string(i), {});
    run->point_count = prototype->point_count;
    run->series = prototype->series;  // As loaders do: one info a series.
    for (Series& series : run->series) series.info = std::make_shared<SeriesInfo>(*series.info);
    runs.push_back(run);
  }
  snapshots_.Publish(MakeSnapshot(1, runs));
  const auto milliseconds = [&](std::string_view target) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(Ask(target).status, 200);
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    std::printf("%8.2f ms  %.*s\n", ms, static_cast<int>(target.size()), target.data());
    return ms;
  };
  EXPECT_LT(milliseconds("/api/tags?plugin=scalars"), 10'000);  // Collects everything, once.
  runs[77] = MakeRun(runs[77]->name, tags, 100, 2);
  snapshots_.Publish(MakeSnapshot(2, runs));
  EXPECT_LT(milliseconds("/api/tags?plugin=scalars"), 500);  // One run changed.
  EXPECT_LT(milliseconds("/api/tags?plugin=scalars&filter=/tag1/"), 500);
  EXPECT_LT(milliseconds("/api/environment"), 500);
  milliseconds("/api/runs");
  EXPECT_LT(milliseconds("/api/runs?filter=run99"), 1000);
  EXPECT_LT(milliseconds("/api/runs?order=start_time&limit=10000"), 2000);
  EXPECT_LT(milliseconds("/data/runs"), 1000);
}

// The same for a run of very many tags, of which one has grown.
TEST_F(ApiTest, StaysQuickWithAHundredThousandTags) {
  std::vector<TagSpec> tags;
  for (int i = 0; i < 100'000; ++i) {
    tags.push_back({"layer" + std::to_string(i / 1000) + "/norm" + std::to_string(i)});
  }
  const auto large = MakeRun("large", tags);
  snapshots_.Publish(MakeSnapshot(1, {large, MakeRun("small", {{"loss", 1}})}));
  Get("/api/tags?plugin=scalars&limit=1");
  for (int i = 2; i < 10; ++i) {
    snapshots_.Publish(
        MakeSnapshot(static_cast<uint64_t>(i), {large, MakeRun("small", {{"loss", i}})}));
    const std::string target =
        "/api/tags?plugin=scalars&limit=500&filter=" +
        (i % 2 == 0 ? "norm" + std::to_string(i) : "/norm.*" + std::to_string(i) + "$/");
    const auto start = std::chrono::steady_clock::now();
    const Json answer = Get(target);
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    std::printf("%8.2f ms  %s\n", ms, target.c_str());
    EXPECT_EQ(answer["generation"], i);
    EXPECT_GT(answer["matching"], 1'000);
    EXPECT_LT(ms, 1000);
  }
}

}  // namespace
}  // namespace stepscope
