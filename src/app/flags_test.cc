#include "app/flags.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/server_info.h"

namespace stepscope {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Result<Command> Parse(std::vector<std::string_view> arguments) { return ParseCommand(arguments); }

Command Parsed(std::vector<std::string_view> arguments) {
  auto command = ParseCommand(arguments);
  EXPECT_TRUE(command) << (command ? "" : command.error().message);
  return command ? *std::move(command) : Command();
}

std::string Problem(std::vector<std::string_view> arguments) {
  const auto command = ParseCommand(arguments);
  EXPECT_FALSE(command);
  return command ? "" : command.error().message;
}

TEST(FlagsTest, TakesTheDirectoryInAllForms) {
  for (const auto& command :
       {Parsed({"runs"}), Parsed({"serve", "runs"}), Parsed({"--logdir", "runs"}),
        Parsed({"--logdir=runs"}), Parsed({"serve", "--logdir=runs"}), Parsed({"--", "runs"})}) {
    EXPECT_EQ(command.action, Action::kRun);
    EXPECT_EQ(command.server.logdir, "runs");
    EXPECT_EQ(command.logdir_path, "runs");
  }
  EXPECT_EQ(Parsed({"--", "--odd"}).server.logdir, "--odd");
  EXPECT_EQ(Parsed({"serve", "serve"}).server.logdir, "serve");
  EXPECT_THAT(Problem({}), HasSubstr("stepscope ~/runs"));
  EXPECT_THAT(Problem({"--logdir="}), HasSubstr("must name a directory"));
  EXPECT_THAT(Problem({"a", "b"}), HasSubstr("'b' is one directory too many"));
}

TEST(FlagsTest, TakesSeveralDirectories) {
  const Command command = Parsed({"--logdir_spec=a:/x,b:~/y"});
  EXPECT_THAT(command.logdir_spec,
              ElementsAre(NamedLogdir{"a", "/x"}, NamedLogdir{"b", ExpandHome("~/y")}));
  EXPECT_EQ(command.server.logdir, "a:/x,b:~/y");
  // One without a name is like --logdir.
  EXPECT_EQ(Parsed({"--logdir_spec=/x:y"}).logdir_path, "/x:y");
  EXPECT_THAT(Problem({"--logdir_spec=a:/x", "runs"}), HasSubstr("no place for another"));
  EXPECT_THAT(Problem({"--logdir=/x", "--logdir_spec=a:/x"}), HasSubstr("no place for another"));
  EXPECT_THAT(Problem({"--logdir_spec=a:/x,a:/y"}), HasSubstr("--logdir_spec=a:/x,a:/y must give"));
  EXPECT_THAT(Problem({"--logdir_spec=a:/x,b:/y", "--inspect"}), HasSubstr("one directory"));
}

TEST(FlagsTest, ExpandsHome) {
  setenv("HOME", "/home/me", 1);
  EXPECT_EQ(Parsed({"--logdir=~/runs"}).logdir_path, "/home/me/runs");
  EXPECT_EQ(Parsed({"--logdir=~/runs"}).server.logdir, "~/runs");
  EXPECT_EQ(ExpandHome("~"), "/home/me");
  EXPECT_EQ(ExpandHome("~other/x"), "~other/x");
  EXPECT_EQ(ExpandHome("a~/x"), "a~/x");
}

TEST(FlagsTest, HasTensorBoardsDefaults) {
  const Command command = Parsed({"runs"});
  EXPECT_EQ(command.listen.host, "");
  EXPECT_FALSE(command.listen.bind_all);
  EXPECT_EQ(command.listen.port, std::nullopt);
  EXPECT_EQ(command.server.path_prefix, "");
  EXPECT_EQ(command.reload_interval_s, 5);
  EXPECT_TRUE(command.has_index);
  EXPECT_EQ(command.index_dir, "");
  EXPECT_EQ(command.max_reload_threads, 0u);
  EXPECT_EQ(command.max_record_bytes, uint64_t{64 << 20});
  EXPECT_FALSE(command.no_auth);
  EXPECT_THAT(command.notices, IsEmpty());
}

TEST(FlagsTest, ReadsValues) {
  const Command command =
      Parsed({"runs", "--port", "8080", "--host=0.0.0.0", "--path_prefix=/a/b/", "--window_title",
              "my runs", "--reload_interval=0.5", "--max_reload_threads=3",
              "--max_record_bytes=1000", "--samples_per_plugin=scalars=500, images=0",
              "--allowed_hosts=a.example, b.example:80", "--allowed_hosts=[::1]",
              "--allow_embedding=http://localhost:8888,https://x.example", "--no_auth"});
  EXPECT_EQ(command.listen.port, 8080);
  EXPECT_EQ(command.listen.host, "0.0.0.0");
  EXPECT_EQ(command.server.path_prefix, "/a/b");
  EXPECT_EQ(command.server.window_title, "my runs");
  EXPECT_EQ(command.reload_interval_s, 0.5);
  EXPECT_EQ(command.max_reload_threads, 3u);
  EXPECT_EQ(command.max_record_bytes, 1000u);
  EXPECT_THAT(command.server.samples_per_plugin,
              ElementsAre(Pair("scalars", 500), Pair("images", 0)));
  EXPECT_THAT(command.allowed_hosts, ElementsAre("a.example", "b.example:80", "[::1]"));
  EXPECT_EQ(command.allow_embedding, "http://localhost:8888 https://x.example");
  EXPECT_TRUE(command.no_auth);
}

TEST(FlagsTest, TheIndexLiesWhereOneSaysOrNowhere) {
  EXPECT_EQ(Parsed({"runs", "--index_dir=/caches/mine"}).index_dir, "/caches/mine");
  EXPECT_EQ(Parsed({"runs", "--index_dir=~/mine"}).index_dir, ExpandHome("~/mine"));
  EXPECT_TRUE(Parsed({"runs", "--index_dir=none", "--index_dir=here"}).has_index);
  const Command none = Parsed({"runs", "--index_dir=here", "--index_dir=none"});
  EXPECT_FALSE(none.has_index);
  EXPECT_EQ(none.index_dir, "");
  EXPECT_EQ(Problem({"runs", "--index_dir="}), "--index_dir= must name a directory, or be none");
}

TEST(FlagsTest, ReadsSwitches) {
  EXPECT_TRUE(Parsed({"runs", "--bind_all"}).listen.bind_all);
  EXPECT_TRUE(Parsed({"--bind_all", "runs"}).listen.bind_all);
  EXPECT_FALSE(Parsed({"runs", "--bind_all=false"}).listen.bind_all);
  EXPECT_EQ(Parsed({"runs", "--port=default"}).listen.port, std::nullopt);
  EXPECT_EQ(Parsed({"runs", "--port=0"}).listen.port, 0);
  EXPECT_EQ(Parsed({"--version"}).action, Action::kVersion);
  EXPECT_EQ(Parsed({"--version_tb"}).action, Action::kVersion);
  for (const std::string_view help : {"--help", "-h", "--helpfull"}) {
    EXPECT_EQ(Parsed({help}).action, Action::kHelp);
  }
}

TEST(FlagsTest, SaysWhatIsWrongWithAValue) {
  EXPECT_EQ(Problem({"runs", "--port=70000"}),
            "--port=70000 must be a whole number from 0 to 65535");
  EXPECT_THAT(Problem({"runs", "--port=x"}), HasSubstr("whole number"));
  EXPECT_EQ(Problem({"runs", "--port"}), "--port needs a value");
  EXPECT_EQ(Problem({"runs", "--port", "--bind_all"}), "--port needs a value");
  EXPECT_THAT(Problem({"runs", "--reload_interval=-1"}), HasSubstr("0 or more"));
  EXPECT_THAT(Problem({"runs", "--reload_interval=nan"}), HasSubstr("0 or more"));
  EXPECT_THAT(Problem({"runs", "--bind_all=perhaps"}), HasSubstr("true or false"));
  EXPECT_THAT(Problem({"runs", "--samples_per_plugin=scalars"}), HasSubstr("scalars=500"));
  EXPECT_THAT(Problem({"runs", "--max_reload_threads=0"}), HasSubstr("from 1"));
  EXPECT_THAT(Problem({"runs", "--allowed_hosts=http://x"}), HasSubstr("'http://x' is none"));
  for (const std::string_view prefix :
       {"--path_prefix=x", "--path_prefix=/a/../b", "--path_prefix=/a?b", "--path_prefix=/a//b",
        "--path_prefix=/a b"}) {
    EXPECT_THAT(Problem({"runs", prefix}), HasSubstr("plain path")) << prefix;
  }
  for (const std::string_view origin :
       {"--allow_embedding=*", "--allow_embedding=localhost", "--allow_embedding=http://a;b",
        "--allow_embedding=http://a/b"}) {
    EXPECT_THAT(Problem({"runs", origin}), HasSubstr("origins like")) << origin;
  }
}

TEST(FlagsTest, NamesTheNearestFlag) {
  EXPECT_THAT(Problem({"runs", "--prot=1"}), HasSubstr("no flag --prot; the nearest is --port"));
  EXPECT_THAT(Problem({"runs", "--log_dir=x"}), HasSubstr("--logdir"));
  EXPECT_THAT(Problem({"runs", "-p"}), HasSubstr("two dashes"));
  EXPECT_EQ(Parse({"runs", "--prot=1"}).error().code, Code::kInvalidArgument);
}

TEST(FlagsTest, TheFirstWordMayBeASubcommand) {
  const Command inspect = Parsed({"inspect", "runs", "--runs=^a", "--tags", "loss", "--strict"});
  EXPECT_EQ(inspect.subcommand, Subcommand::kInspect);
  EXPECT_EQ(inspect.logdir_path, "runs");
  EXPECT_EQ(inspect.selection.runs, "^a");
  EXPECT_EQ(inspect.selection.tags, "loss");
  EXPECT_TRUE(inspect.inspect.is_strict);
  EXPECT_EQ(inspect.format, std::nullopt);
  EXPECT_EQ(Parsed({"inspect", "runs", "--format=json"}).format, OutputFormat::kJson);
  EXPECT_EQ(Parsed({"./inspect"}).subcommand, Subcommand::kServe);
  EXPECT_EQ(Parsed({"runs"}).subcommand, Subcommand::kServe);
  EXPECT_EQ(Parsed({"inspect", "inspect"}).server.logdir, "inspect");
  EXPECT_EQ(Parsed({"inspect", "-h"}).action, Action::kHelp);
}

TEST(FlagsTest, QueriesSummariesPointsOrLists) {
  const Command summary = Parsed({"query", "runs", "--select=last, at:-3"});
  EXPECT_EQ(summary.subcommand, Subcommand::kQuery);
  EXPECT_EQ(summary.query.kind, QueryKind::kSummary);
  ASSERT_EQ(summary.query.select.size(), 2u);
  EXPECT_EQ(summary.query.select[0].column, SummaryColumn::kLast);
  EXPECT_EQ(summary.query.select[1].column, SummaryColumn::kAt);
  EXPECT_EQ(summary.query.select[1].at_step, -3);
  EXPECT_EQ(summary.query.select[1].name, "at:-3");
  EXPECT_EQ(Parsed({"query", "runs", "--list=runs"}).query.kind, QueryKind::kRuns);
  EXPECT_EQ(Parsed({"query", "runs", "--list=tags"}).query.kind, QueryKind::kTags);
  EXPECT_EQ(Parsed({"query", "runs", "--points"}).query.kind, QueryKind::kPoints);

  const Command points = Parsed({"query", "runs", "--x=tag:epoch", "--from=-1.5", "--to", "inf",
                                 "--pixels=600", "--attempts=all", "--output=a/points.jsonl"});
  EXPECT_EQ(points.query.kind, QueryKind::kPoints);
  EXPECT_EQ(points.query.x, "tag:epoch");
  EXPECT_EQ(points.query.from, -1.5);
  EXPECT_EQ(points.query.pixels, 600u);
  EXPECT_TRUE(points.query.all_attempts);
  EXPECT_EQ(points.query.output, "a/points.jsonl");
  EXPECT_EQ(points.format, OutputFormat::kJsonLines);
  EXPECT_EQ(Parsed({"query", "runs", "--format=csv", "--output=x.json"}).format,
            OutputFormat::kCsv);
  EXPECT_EQ(Parsed({"query", "runs", "--output=points"}).format, std::nullopt);
}

TEST(FlagsTest, SmoothsAsAsked) {
  const auto smoothing = [](std::string_view value) {
    return Parsed({"query", "runs", "--smoothing", value}).query.smoothing;
  };
  EXPECT_EQ(smoothing("0.6").kind, SmoothingKind::kExponential);
  EXPECT_EQ(smoothing("0.6").weight, 0.6);
  EXPECT_EQ(smoothing("0").kind, SmoothingKind::kNone);
  EXPECT_EQ(smoothing("mean:20").kind, SmoothingKind::kMean);
  EXPECT_EQ(smoothing("median:21").window, 21u);
  EXPECT_EQ(smoothing("gaussian:2.5").width, 2.5);
  EXPECT_EQ(smoothing("time_weighted:100").half_life, 100);
  for (const std::string_view wrong : {"1", "-0.1", "nan", "mean", "mean:0", "mean:1e9", "box:3",
                                       "gaussian:0", "gaussian:20000", "time_weighted:-1"}) {
    EXPECT_THAT(Problem({"query", "runs", "--smoothing", wrong}), HasSubstr("must")) << wrong;
  }
}

TEST(FlagsTest, RefusesQueriesThatMeanNothing) {
  EXPECT_THAT(Problem({"query", "runs", "--select=lst"}), HasSubstr("may hold count, "));
  EXPECT_THAT(Problem({"query", "runs", "--select="}), HasSubstr("may hold count, "));
  EXPECT_THAT(Problem({"query", "runs", "--select=at:x"}), HasSubstr("a step that is none"));
  EXPECT_THAT(Problem({"query", "runs", "--select=last", "--pixels=5"}), HasSubstr("no place"));
  EXPECT_THAT(Problem({"query", "runs", "--from=2", "--to=1"}), HasSubstr("greater"));
  EXPECT_THAT(Problem({"query", "runs", "--from=nan"}), HasSubstr("must be a number"));
  EXPECT_THAT(Problem({"query", "runs", "--x=time"}), HasSubstr("tag:NAME"));
  EXPECT_THAT(Problem({"query", "runs", "--list=points"}), HasSubstr("runs or tags"));
  EXPECT_THAT(Problem({"query", "runs", "--format=xls"}), HasSubstr("jsonl or arrow"));
  EXPECT_THAT(Problem({"query", "runs", "--output="}), HasSubstr("must name a file"));
}

TEST(FlagsTest, InspectsAsTensorBoardDoes) {
  const Command command = Parsed({"--inspect", "--logdir=runs", "--tag=loss"});
  EXPECT_EQ(command.subcommand, Subcommand::kInspect);
  EXPECT_EQ(command.server.logdir, "runs");
  EXPECT_EQ(command.selection.tag, "loss");
  EXPECT_EQ(Parsed({"--inspect", "--event_file=a/tfevents"}).logdir_path, "a/tfevents");
  EXPECT_EQ(Parsed({"--logdir=runs", "--inspect=false"}).subcommand, Subcommand::kServe);
}

TEST(FlagsTest, SaysWhoseAFlagIs) {
  EXPECT_EQ(Problem({"inspect", "runs", "--port=1"}),
            "there is no flag --port of inspect; it is one of stepscope serve (stepscope inspect "
            "--help lists all)");
  EXPECT_THAT(Problem({"inspect", "runs", "--strct"}), HasSubstr("the nearest is --strict"));
  EXPECT_THAT(Problem({"inspect", "runs", "--runs=("}), HasSubstr("is no regular expression"));
  EXPECT_THAT(Problem({"inspect", "runs", "--format=xml"}), HasSubstr("must be table or json"));
}

TEST(FlagsTest, AcceptsTensorBoardsOtherFlags) {
  const Command command =
      Parsed({"runs", "--load_fast=false", "--reload_multifile", "true", "--db_import",
              "--purge_orphaned_data=false", "--db=", "--reuse_port", "true"});
  EXPECT_THAT(command.notices,
              ElementsAre(HasSubstr("--load_fast is ignored: "), HasSubstr("--reload_multifile"),
                          HasSubstr("--db_import"), HasSubstr("--purge_orphaned_data"),
                          HasSubstr("--db "), HasSubstr("--reuse_port")));
  EXPECT_EQ(command.server.logdir, "runs");
}

TEST(FlagsTest, RefusesWhatExcludesEachOther) {
  EXPECT_EQ(Parse({"a", "--logdir=b"}).error().code, Code::kFailedPrecondition);
  EXPECT_EQ(Parse({"a", "--bind_all", "--host=x"}).error().code, Code::kFailedPrecondition);
}

TEST(FlagsTest, HelpFitsAScreen) {
  for (const Subcommand subcommand :
       {Subcommand::kServe, Subcommand::kInspect, Subcommand::kQuery}) {
    const std::string help = HelpText(subcommand);
    size_t begin = 0;
    while (begin < help.size()) {
      const size_t end = help.find('\n', begin);
      const std::string line = help.substr(begin, end - begin);
      EXPECT_LE(line.size(), 80u) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
      begin = end + 1;
    }
    EXPECT_THAT(help, HasSubstr("--logdir=DIR"));
    EXPECT_THAT(help, HasSubstr("examples:"));
  }
  EXPECT_THAT(HelpText(Subcommand::kServe), HasSubstr("6006"));
}

TEST(FlagsTest, TheDataProviderIsOffUnlessAskedFor) {
  EXPECT_EQ(Parsed({"runs"}).grpc_port, std::nullopt);
  EXPECT_EQ(Parsed({"runs", "--grpc_port=0"}).grpc_port, 0);
  EXPECT_THAT(Problem({"runs", "--grpc_port=x"}), HasSubstr("--grpc_port=x must be"));
}

TEST(FlagsTest, ServersStartedAlikeHaveOneKey) {
  // As Python's json and base64 make it of the same.
  EXPECT_EQ(ServerCacheKey(Parsed({"--logdir", "x\xc3\xa9"}), "/w"),
            "eyJhcmd1bWVudHMiOlsiLS1sb2dkaXIiLCJ4XHUwMGU5Il0sImNvbmZpZ3VyZV9rd2FyZ3"
            "MiOnt9LCJ3b3JraW5nX2RpcmVjdG9yeSI6Ii93In0=");
}

TEST(FlagsTest, PythonPluginsAreOffUnlessAskedFor) {
  EXPECT_FALSE(Parsed({"runs"}).has_tensorboard_plugins);
  EXPECT_TRUE(Parsed({"runs", "--tensorboard_plugins"}).has_tensorboard_plugins);
  EXPECT_EQ(Parsed({"runs", "--tensorboard_plugins", "--python=/x/python"}).python, "/x/python");
  EXPECT_EQ(Parse({"runs", "--python=/x/python"}).error().code, Code::kFailedPrecondition);
}

TEST(FlagsTest, TakesWhatTensorBoardGivesItsDataServer) {
  const Command command = Parsed(
      {"data-server", "--logdir=/runs", "--reload=7", "--samples-per-plugin=scalars=all,images=5",
       "--port=0", "--port-file=/tmp/port", "--die-after-stdin", "--error-file=/tmp/error",
       "--verbose", "--verbose", "--checksum", "-vv"});
  EXPECT_EQ(command.subcommand, Subcommand::kDataServer);
  EXPECT_EQ(command.logdir_path, "/runs");
  EXPECT_EQ(command.reload_interval_s, 7);
  const DataServerOptions& options = command.data_server;
  EXPECT_EQ(options.host, "localhost");
  EXPECT_EQ(options.port, 0);
  EXPECT_EQ(options.port_file, "/tmp/port");
  EXPECT_EQ(options.error_file, "/tmp/error");
  EXPECT_TRUE(options.dies_after_stdin);
  EXPECT_THAT(options.max_samples, ElementsAre(Pair("images", 5)));
}

TEST(FlagsTest, TheDataServerHasTensorBoardsDefaults) {
  const Command command = Parsed({"data-server", "--logdir", "runs"});
  EXPECT_EQ(command.data_server.port, 6806);
  EXPECT_EQ(command.reload_interval_s, 5);
  EXPECT_FALSE(command.data_server.dies_after_stdin);
  EXPECT_THAT(command.data_server.max_samples, IsEmpty());
  EXPECT_EQ(Parsed({"data-server", "--logdir=x", "--reload=once"}).reload_interval_s, 0);
  EXPECT_GT(Parsed({"data-server", "--logdir=x", "--reload=0"}).reload_interval_s, 0);
  EXPECT_EQ(Parsed({"data-server", "-V"}).action, Action::kVersion);
}

TEST(FlagsTest, TheDataServerWillSayItselfWhatIsWrongWithALogdir) {
  EXPECT_EQ(Parsed({"data-server", "--logdir="}).data_server.logdir, "");
  EXPECT_THAT(Problem({"data-server"}), HasSubstr("which directory?"));
  EXPECT_THAT(Problem({"data-server", "--logdir=x", "--port=70000"}), HasSubstr("65535"));
  EXPECT_THAT(Problem({"data-server", "--logdir=x", "--samples-per-plugin=images"}),
              HasSubstr("must look like"));
}

}  // namespace
}  // namespace stepscope
