// kill -9 at random moments of writing, merging and pruning, by one server or by two: what the next
// start finds is whole, right, and at least as new as what the killed one had finished.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "index/file_names.h"
#include "index/index_store.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

constexpr int kKills = 240;
constexpr uint32_t kRunsPerServer = 6;
constexpr size_t kMaxBodyWords = 40'000;  // 320 kB; some are large enough to be written directly.

// The head of a section, and what a server says through its pipe when the section is written.
struct Version {
  uint32_t server;
  uint32_t run;
  uint64_t number;
};

std::string NameOf(const Version& version) {
  return "server" + std::to_string(version.server) + "/run" + std::to_string(version.run);
}

std::vector<uint64_t> BodyOf(const Version& version) {
  std::mt19937_64 random(version.number * 100 + version.server * 10 + version.run);
  std::vector<uint64_t> words(random() % kMaxBodyWords >> (random() % 12));
  for (uint64_t& word : words) word = random();
  return words;
}

// Runs in a process of its own, until it is killed. Ends by itself only when something is wrong.
[[noreturn]] void Serve(const IndexOptions& options, uint32_t server, uint64_t number, int pipe) {
  std::mt19937_64 random(number + server);
  auto opened = IndexStore::Open(RealDisk(), SystemClock(), options);
  if (!opened) ::_exit(2);
  IndexStore& store = **opened;
  const auto is_fine = [](const Status& status) {
    return status || status.error().code == Code::kUnavailable;
  };
  while (true) {
    std::vector<Version> versions;
    const Status written = store.Write([&](SegmentWriter& writer) -> Status {
      for (uint64_t i = 0; i <= random() % 4; ++i) {
        versions.push_back({server, static_cast<uint32_t>(random() % kRunsPerServer), ++number});
        const std::vector<uint64_t> body = BodyOf(versions.back());
        RETURN_IF_ERROR(writer.Add(NameOf(versions.back()),
                                   std::as_bytes(std::span(&versions.back(), 1)),
                                   std::as_bytes(std::span(body))));
      }
      return {};
    });
    if (!is_fine(written)) ::_exit(3);
    if (written) {
      const auto bytes = std::as_bytes(std::span(versions));
      if (::write(pipe, bytes.data(), bytes.size()) < 0) ::_exit(4);
    }
    if (random() % 3 == 0 && !is_fine(store.Compact([](std::string_view) { return true; }))) {
      ::_exit(5);
    }
    if (random() % 8 == 0 && !is_fine(store.Prune())) ::_exit(6);
    if (!store.TakeNotices().empty()) ::_exit(7);
  }
}

struct Child {
  pid_t process = -1;
  int pipe = -1;
};

Child StartServer(const IndexOptions& options, uint32_t server, uint64_t number) {
  int pipe[2];
  EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const pid_t process = ::fork();
  if (process == 0) {
    ::close(pipe[0]);
    Serve(options, server, number, pipe[1]);
  }
  EXPECT_GT(process, 0);
  ::close(pipe[1]);
  return {process, pipe[0]};
}

using Finished = std::map<std::string, uint64_t>;  // The newest version of each run.

void KillServer(const Child& child, Finished& finished) {
  ::kill(child.process, SIGKILL);
  int state = 0;
  ASSERT_EQ(::waitpid(child.process, &state, 0), child.process);
  EXPECT_TRUE(WIFSIGNALED(state)) << "it ended by itself with " << WEXITSTATUS(state);
  Version version;
  while (::read(child.pipe, &version, sizeof(version)) == sizeof(version)) {
    finished[NameOf(version)] = version.number;
  }
  ::close(child.pipe);
}

void CheckStart(const IndexOptions& options, Finished& finished) {
  const auto store = IndexStore::Open(RealDisk(), SystemClock(), options);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->TakeNotices(), std::vector<std::string>());
  for (uint32_t server = 0; server < 2; ++server) {
    for (uint32_t run = 0; run < kRunsPerServer; ++run) {
      const std::string name = NameOf({server, run, 0});
      const auto section = (*store)->Find(name);
      if (!section) {
        EXPECT_FALSE(finished.contains(name)) << name;
        continue;
      }
      const auto head = section->Head();
      ASSERT_TRUE(head) << head.error().message;
      ASSERT_EQ(head->size(), sizeof(Version));
      Version version;
      std::memcpy(&version, head->data(), sizeof(version));
      EXPECT_EQ(NameOf(version), name);
      EXPECT_GE(version.number, finished[name]);
      finished[name] = version.number;  // It was renamed, but its server could not say so any more.
      const auto body = section->Body();
      ASSERT_TRUE(body) << body.error().message;
      const std::vector<uint64_t> expected = BodyOf(version);
      ASSERT_TRUE(std::ranges::equal(*body, std::as_bytes(std::span(expected)))) << name;
    }
  }
}

bool HasUnfinished(const IndexOptions& options) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(options.directory, error)) {
    if (IsUnfinishedName(entry.path().filename().string())) return true;
  }
  return false;
}

TEST(IndexKillTest, AfterEveryKillTheNextStartFindsWholeAndRightSections) {
  const TemporaryDirectory root;
  const IndexOptions options{JoinPath(root.path(), "index"), root.path(), 1, 1 << 30};
  std::mt19937_64 random(4);
  Finished finished;
  int kills_while_writing = 0;
  uint64_t number = 0;
  for (int kills = 0; kills < kKills && !testing::Test::HasFailure();) {
    SCOPED_TRACE(kills);
    std::vector<Child> children;
    const uint32_t count = random() % 2 == 0 ? 1 : 2;
    for (uint32_t server = 0; server < count; ++server) {
      children.push_back(StartServer(options, server, number));
    }
    number += 1'000'000;
    for (const Child& child : children) {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 12'000));
      KillServer(child, finished);
      ++kills;
    }
    kills_while_writing += HasUnfinished(options) ? 1 : 0;
    CheckStart(options, finished);
  }
  EXPECT_EQ(finished.size(), 2 * kRunsPerServer);
  // The moments were random enough to leave a good part of them in the middle of a file.
  EXPECT_GT(kills_while_writing, kKills / 20);
}

}  // namespace
}  // namespace stepscope
