#include "rpc/data_provider.h"

#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/ingest.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

namespace pb = tensorboard::data;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DataProviderTest : public testing::Test {
 protected:
  void Write(const std::string& path, const EventFile& file) {
    files_.Write("logs/" + path, file.bytes());
    ingest_.Step();
  }

  template <typename Request, typename Response>
  Status Ask(Status (DataProvider::*method)(const Request&, Call&, Response&) const,
             const Request& request, Response& response) {
    Call call(limits_, bytes_in_use_, [this] { return is_cancelled_; });
    return (provider_.*method)(request, call, response);
  }

  // "run/tag" of what comes back.
  std::vector<std::string> ListScalars(const pb::ListScalarsRequest& request) {
    pb::ListScalarsResponse response;
    EXPECT_TRUE(Ask(&DataProvider::ListScalars, request, response));
    std::vector<std::string> names;
    for (const auto& run : response.runs()) {
      for (const auto& tag : run.tags()) names.push_back(run.run_name() + '/' + tag.tag_name());
    }
    return names;
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  SnapshotCell cell_;
  Ingest ingest_{{.logdir = "logs"}, files_, clock_, stats_, cell_};
  DataProvider provider_{{.logdir = "~/logs", .max_points = {}}, cell_, files_};
  RpcLimits limits_;
  std::atomic<size_t> bytes_in_use_ = 0;
  bool is_cancelled_ = false;
};

template <typename Request>
Request AboutScalars() {
  Request request;
  request.mutable_plugin_filter()->set_plugin_name("scalars");
  return request;
}

TEST_F(DataProviderTest, SaysWhereTheDataIs) {
  pb::GetExperimentResponse response;
  ASSERT_TRUE(Ask(&DataProvider::GetExperiment, {}, response));
  EXPECT_EQ(response.data_location(), "~/logs");
}

TEST_F(DataProviderTest, ListsRunsInTheOrderOfTheirStart) {
  Write("late/tfevents.1", EventFile(2000).Version().Scalar("loss", 0, 1));
  Write("early/tfevents.1", EventFile(1000).Version().Scalar("loss", 0, 1));
  Write("unknown/tfevents.1", EventFile());
  pb::ListRunsResponse response;
  ASSERT_TRUE(Ask(&DataProvider::ListRuns, {}, response));
  ASSERT_EQ(response.runs_size(), 3);
  EXPECT_EQ(response.runs(0).name(), "early");
  EXPECT_EQ(response.runs(0).start_time(), 1000);
  EXPECT_EQ(response.runs(1).name(), "late");
  EXPECT_EQ(response.runs(2).name(), "unknown");
  EXPECT_TRUE(std::isinf(response.runs(2).start_time()));
}

TEST_F(DataProviderTest, ListsPluginsOfAllRuns) {
  Write("a/tfevents.1", EventFile().Version().Scalar("loss", 0, 1));
  Write("b/tfevents.1", EventFile()
                            .Version()
                            .Values(0, {TensorValue("t", FloatTensor({1}), Metadata("mine"))})
                            .Event(0, 9, "a meta graph, which is ours alone"));
  pb::ListPluginsResponse response;
  ASSERT_TRUE(Ask(&DataProvider::ListPlugins, {}, response));
  ASSERT_EQ(response.plugins_size(), 2);
  EXPECT_EQ(response.plugins(0).name(), "mine");
  EXPECT_EQ(response.plugins(1).name(), "scalars");
}

TEST_F(DataProviderTest, AFilterThatIsThereAndEmptyLetsNothingThrough) {
  Write("a/tfevents.1", EventFile().Version().Scalar("loss", 0, 1).Scalar("acc", 0, 1));
  Write("b/tfevents.1", EventFile().Version().Scalar("loss", 0, 1));
  auto request = AboutScalars<pb::ListScalarsRequest>();
  EXPECT_THAT(ListScalars(request), ElementsAre("a/acc", "a/loss", "b/loss"));
  request.mutable_run_tag_filter();
  EXPECT_THAT(ListScalars(request), ElementsAre("a/acc", "a/loss", "b/loss"));
  request.mutable_run_tag_filter()->mutable_tags()->add_names("loss");
  EXPECT_THAT(ListScalars(request), ElementsAre("a/loss", "b/loss"));
  request.mutable_run_tag_filter()->mutable_runs();
  EXPECT_THAT(ListScalars(request), IsEmpty());
  request.mutable_run_tag_filter()->mutable_runs()->add_names("b");
  EXPECT_THAT(ListScalars(request), ElementsAre("b/loss"));
  request.mutable_run_tag_filter()->mutable_tags()->clear_names();
  EXPECT_THAT(ListScalars(request), IsEmpty());
}

TEST_F(DataProviderTest, NamesThatAreNoTextAreAskedForAsTheyAreShown) {
  Write("a/tfevents.1", EventFile().Version().Scalar("lo\xff", 0, 1));
  auto request = AboutScalars<pb::ListScalarsRequest>();
  const std::vector<std::string> names = ListScalars(request);
  ASSERT_THAT(names, ElementsAre("a/lo\xef\xbf\xbd"));
  request.mutable_run_tag_filter()->mutable_tags()->add_names(names[0].substr(2));
  EXPECT_THAT(ListScalars(request), ElementsAre(names[0]));
}

TEST_F(DataProviderTest, SeriesEndWhereTheirLastPointsAre) {
  EventFile file(1000);
  file.Version();
  for (int step = 0; step < 3000; ++step) file.Scalar("loss", step, 1);
  Write("a/tfevents.1", file);
  pb::ListScalarsResponse response;
  ASSERT_TRUE(Ask(&DataProvider::ListScalars, AboutScalars<pb::ListScalarsRequest>(), response));
  const pb::ScalarMetadata& metadata = response.runs(0).tags(0).metadata();
  EXPECT_EQ(metadata.max_step(), 2999);
  EXPECT_EQ(metadata.max_wall_time(), 1000 + 3000);
  EXPECT_EQ(metadata.summary_metadata().plugin_data().plugin_name(), "scalars");
  EXPECT_EQ(metadata.summary_metadata().display_name(), "loss");
  EXPECT_EQ(metadata.summary_metadata().data_class(), 1);
}

TEST_F(DataProviderTest, PurgedPointsDoNotCount) {
  Write("a/tfevents.1", EventFile().Version().Start(0).Scalars("loss", 0, 9));
  Write("a/tfevents.2", EventFile(EventFile::kStartSeconds + 100).Version().Start(5));
  pb::ListScalarsResponse response;
  ASSERT_TRUE(Ask(&DataProvider::ListScalars, AboutScalars<pb::ListScalarsRequest>(), response));
  EXPECT_EQ(response.runs(0).tags(0).metadata().max_step(), 4);
}

TEST_F(DataProviderTest, ThinsByExtremesAndKeepsTheNewest) {
  EventFile file;
  file.Version();
  for (int step = 0; step < 1000; ++step) file.Scalar("loss", step, step == 503 ? 99.0f : 1.0f);
  Write("a/tfevents.1", file);
  auto request = AboutScalars<pb::ReadScalarsRequest>();
  const auto read = [&](int64_t count) {
    request.mutable_downsample()->set_num_points(count);
    pb::ReadScalarsResponse response;
    EXPECT_TRUE(Ask(&DataProvider::ReadScalars, request, response));
    return response.runs(0).tags(0).data();
  };
  EXPECT_EQ(read(5000).step_size(), 1000);
  EXPECT_THAT(read(1).step(), ElementsAre(999));
  EXPECT_THAT(read(0).step(), IsEmpty());
  const pb::ScalarData ten = read(10);
  EXPECT_LE(ten.step_size(), 10);
  EXPECT_THAT(ten.value(), testing::Contains(99.0f));
  EXPECT_EQ(ten.step(ten.step_size() - 1), 999);
  EXPECT_EQ(ten.wall_time_size(), ten.step_size());
}

TEST_F(DataProviderTest, APluginsBoundHoldsWhateverIsAsked) {
  EventFile file;
  file.Version();
  for (int step = 0; step < 9; ++step) {
    file.Values(step, {SimpleValue("loss", 1)});
  }
  Write("a/tfevents.1", file);
  const DataProvider bounded({.logdir = "", .max_points = {{"scalars", 3}}}, cell_, files_);
  auto request = AboutScalars<pb::ReadScalarsRequest>();
  request.mutable_downsample()->set_num_points(1000);
  pb::ReadScalarsResponse response;
  Call call(limits_, bytes_in_use_, [] { return false; });
  ASSERT_TRUE(bounded.ReadScalars(request, call, response));
  EXPECT_LE(response.runs(0).tags(0).data().step_size(), 3);
}

TEST_F(DataProviderTest, RefusesWhatIsNoQuestion) {
  const auto refusal = [&](const pb::ReadScalarsRequest& request) {
    pb::ReadScalarsResponse response;
    const Status status = Ask(&DataProvider::ReadScalars, request, response);
    EXPECT_EQ(status.error().code, Code::kInvalidArgument);
    return status.error().message;
  };
  pb::ReadScalarsRequest request;
  EXPECT_EQ(refusal(request), "must specify non-empty plugin name");
  request.mutable_plugin_filter();
  EXPECT_EQ(refusal(request), "must specify non-empty plugin name");
  request = AboutScalars<pb::ReadScalarsRequest>();
  EXPECT_EQ(refusal(request), "must specify downsample");
  request.mutable_downsample()->set_num_points(-1);
  EXPECT_EQ(refusal(request), "num_points must be non-negative; got -1");
}

TEST_F(DataProviderTest, EndsWhenNobodyWaits) {
  Write("a/tfevents.1", EventFile().Version().Scalar("loss", 0, 1));
  is_cancelled_ = true;
  pb::ListScalarsResponse response;
  const Status status =
      Ask(&DataProvider::ListScalars, AboutScalars<pb::ListScalarsRequest>(), response);
  EXPECT_EQ(status.error().code, Code::kCancelled);
}

TEST_F(DataProviderTest, AnswersHaveABound) {
  Write("a/tfevents.1", EventFile().Version().Scalars("loss", 0, 99));
  auto request = AboutScalars<pb::ReadScalarsRequest>();
  request.mutable_downsample()->set_num_points(100);
  pb::ReadScalarsResponse response;
  limits_.max_response_bytes = 1000;
  Status status = Ask(&DataProvider::ReadScalars, request, response);
  EXPECT_EQ(status.error().code, Code::kResourceExhausted);
  EXPECT_THAT(status.error().message, HasSubstr("ask for fewer"));

  limits_ = {.max_all_response_bytes = 1000};
  bytes_in_use_ = 900;
  status = Ask(&DataProvider::ReadScalars, request, response);
  EXPECT_EQ(status.error().code, Code::kResourceExhausted);
  EXPECT_THAT(status.error().message, HasSubstr("at once"));
  EXPECT_EQ(bytes_in_use_, 900u);  // What the call had taken is given back.
}

}  // namespace
}  // namespace stepscope
