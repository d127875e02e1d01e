// What the tests of IndexStore share: a cache and logdirs in a directory of their own, and a disk
// and a clock that do as told.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "index/file_names.h"
#include "index/index_store.h"
#include "testing/faulty_disk.h"
#include "testing/temporary_directory.h"

namespace stepscope {

using Runs = std::map<std::string, std::string>;  // The body by the run; the head is "head of RUN".

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}
inline std::string AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Our own time in front of the system's, to make files old.
class LaterClock final : public Clock {
 public:
  double WallSeconds() const override { return SystemClock().WallSeconds() + later_s; }
  std::chrono::nanoseconds Monotonic() const override { return SystemClock().Monotonic(); }
  double later_s = 0;
};

class IndexStoreTest : public testing::Test {
 protected:
  IndexStoreTest() {
    std::filesystem::create_directories(Path("logs"));
    options_ = {Path("cache/stepscope"), Path("logs"), /*content_format=*/1, 1 << 30};
  }

  std::string Path(std::string_view name) const { return JoinPath(root_.path(), name); }

  std::unique_ptr<IndexStore> Open() { return Open(options_); }
  std::unique_ptr<IndexStore> Open(const IndexOptions& options) {
    auto store = IndexStore::Open(disk_, clock_, options);
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  IndexOptions OptionsFor(const std::string& logdir) const {
    std::filesystem::create_directories(Path(logdir));
    IndexOptions options = options_;
    options.logdir = Path(logdir);
    return options;
  }

  static Status Write(IndexStore& store, const Runs& runs) {
    return store.Write([&](SegmentWriter& writer) -> Status {
      for (const auto& [run, body] : runs) {
        RETURN_IF_ERROR(writer.Add(run, AsBytes("head of " + run), AsBytes(body)));
      }
      return {};
    });
  }

  // What the store knows of those runs; a section that is damaged says so.
  static Runs Read(const IndexStore& store, const std::set<std::string>& names = {"a", "b", "c"}) {
    Runs runs;
    for (const std::string& run : names) {
      const auto section = store.Find(run);
      if (!section) continue;
      const auto head = section->Head();
      const auto body = section->Body();
      EXPECT_EQ(section->run(), run);
      const bool is_right = head && body && AsText(*head) == "head of " + run;
      runs[run] = is_right ? AsText(*body) : "damaged";
    }
    EXPECT_EQ(store.run_count(), runs.size());
    return runs;
  }

  static std::vector<std::string> FilesIn(const std::string& folder) {
    std::vector<std::string> names;
    if (!std::filesystem::exists(folder)) return names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::vector<std::string> SegmentsIn(const std::string& folder) {
    std::vector<std::string> names = FilesIn(folder);
    std::erase_if(names, [](const std::string& name) { return !IsSegmentName(name); });
    return names;
  }
  static bool AllLive(std::string_view) { return true; }

  const TemporaryDirectory root_;
  FaultyDisk disk_;
  LaterClock clock_;
  IndexOptions options_;
};

}  // namespace stepscope
