#include "app/sidecar.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/child_process.h"
#include "app/local_http.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

TEST(ParseListingTest, TakesDynamicPluginsThatAreNotOurs) {
  const auto plugins = ParseListing(
      R"({"scalars": {"loading_mechanism": {"type": "CUSTOM_ELEMENT"}},
          "mine": {"enabled": true, "tab_name": "Mine!", "loading_mechanism": {"type": "IFRAME"}},
          "projector": {"enabled": true, "loading_mechanism": {"type": "IFRAME"}},
          "plain": {"enabled": false, "loading_mechanism": {"type": "IFRAME"}}})",
      {"projector"});
  ASSERT_TRUE(plugins);
  ASSERT_EQ(plugins->size(), 2u);
  EXPECT_EQ((*plugins)[0].name, "mine");
  EXPECT_EQ((*plugins)[0].label, "Mine!");
  EXPECT_TRUE((*plugins)[0].is_enabled);
  EXPECT_THAT((*plugins)[0].listing_entry, HasSubstr("IFRAME"));
  EXPECT_EQ((*plugins)[1].label, "plain");
  EXPECT_FALSE((*plugins)[1].is_enabled);
}

TEST(ParseListingTest, RefusesWhatIsNoListing) {
  for (const std::string_view text : {"", "[]", "{", "null", "\xff"}) {
    EXPECT_FALSE(ParseListing(text, {})) << text;
  }
  for (const std::string_view text : {"{}", R"({"a": 1})", R"({"a": {"loading_mechanism": 1}})",
                                      R"({"a": {"loading_mechanism": {"type": 1}}})"}) {
    const auto plugins = ParseListing(text, {});
    ASSERT_TRUE(plugins) << text;
    EXPECT_TRUE(plugins->empty()) << text;
  }
}

TEST(ChildProcessTest, KeepsWhatItPrints) {
  auto child = ChildProcess::Start({"sh", "-c", "echo one; echo two >&2; exit 3"});
  ASSERT_TRUE(child);
  while (child->IsRunning()) child->ReadOutput(milliseconds(10));
  child->ReadOutput(milliseconds(0));
  EXPECT_EQ(child->output(), "one\ntwo\n");
}

TEST(ChildProcessTest, SaysThatThereIsNoSuchProgram) {
  const auto child = ChildProcess::Start({"/no/such/program"});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Code::kNotFound);
}

TEST(ChildProcessTest, EndsWhatDoesNotWantToEnd) {
  const auto start = steady_clock::now();
  {
    auto child = ChildProcess::Start({"sh", "-c", "trap '' TERM; echo ready; sleep 60"});
    ASSERT_TRUE(child);
    while (child->output().empty()) child->ReadOutput(milliseconds(10));
  }
  EXPECT_LT(steady_clock::now() - start, milliseconds(5000));
}

// A program in TensorBoard's place, which is given its arguments.
class SidecarTest : public testing::Test {
 protected:
  std::string Program(const std::string& text) {
    const std::string path = folder_.path() + "/python";
    std::ofstream(path) << "#!/bin/sh\n" << text << '\n';
    chmod(path.c_str(), 0700);
    return path;
  }
  template <typename Condition>
  bool WaitFor(const Condition& condition) {
    const auto deadline = steady_clock::now() + milliseconds(20'000);
    while (!condition() && steady_clock::now() < deadline) usleep(5'000);
    return condition();
  }

  TemporaryDirectory folder_;
  ProxyTable table_;
};

TEST_F(SidecarTest, SaysWhyItsProgramEndedAndStartsItAgain) {
  const std::string log = folder_.path() + "/log";
  const Sidecar sidecar({.python = Program("echo \"$@\" >> " + log +
                                           "; echo noise; echo No module named tensorboard >&2"),
                         .logdir = "/my/runs",
                         .path_prefix = "/p",
                         .grpc_port = 77,
                         .own_plugins = {},
                         .first_pause = milliseconds(1)},
                        table_);
  EXPECT_TRUE(WaitFor([&] { return table_.status().state == ProxyState::kFailed; }));
  EXPECT_TRUE(WaitFor([&] {
    return table_.status().message.find("No module named tensorboard") != std::string::npos;
  }));
  const auto read_log = [&] {
    std::ifstream file(log);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string line =
      "-m tensorboard.main --grpc_data_provider=localhost:77 --logdir=/my/runs --host=127.0.0.1 "
      "--port=0 --path_prefix=/p\n";
  EXPECT_TRUE(WaitFor([&] { return read_log().starts_with(line + line + line); }));
}

TEST_F(SidecarTest, SaysThatThereIsNoPython) {
  const Sidecar sidecar(
      {.python = "/no/such/python", .logdir = "x", .path_prefix = "", .own_plugins = {}}, table_);
  EXPECT_TRUE(WaitFor([&] { return table_.status().state == ProxyState::kFailed; }));
  EXPECT_THAT(table_.status().message, HasSubstr("cannot run /no/such/python"));
  EXPECT_THAT(table_.status().message, HasSubstr("--python"));
}

TEST(GetFromLocalhostTest, SaysThatNobodyAnswers) {
  const auto answer = GetFromLocalhost(1, "/", milliseconds(1000));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace stepscope
