#include "ingest/run_queue.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

std::shared_ptr<IngestRun> MakeRun(std::string name, int64_t newest_ns, bool was_loaded) {
  auto run = std::make_shared<IngestRun>();
  run->name = std::move(name);
  run->newest_ns = newest_ns;
  run->was_loaded = was_loaded;
  return run;
}

std::string PopAll(RunQueue& queue) {
  std::string names;
  while (const auto run = queue.Pop()) names += run->name;
  return names;
}

TEST(RunQueueTest, TheNewestOfThoseThatWereNeverReadComesFirst) {
  RunQueue queue;
  EXPECT_EQ(queue.Pop(), nullptr);
  queue.Push(MakeRun("b", 2, false));
  queue.Push(MakeRun("d", 4, false));
  queue.Push(MakeRun("a", 1, false));
  EXPECT_EQ(queue.Pop()->name, "d");
  queue.Push(MakeRun("c", 3, false));
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_EQ(PopAll(queue), "cba");
  EXPECT_TRUE(queue.empty());
}

TEST(RunQueueTest, ChangesComeInTheirOrderAndTakeTurnsWithTheRest) {
  RunQueue queue;
  for (const auto* const name : {"1", "2", "3"}) queue.Push(MakeRun(name, 0, true));
  queue.Push(MakeRun("a", 1, false));
  queue.Push(MakeRun("b", 2, false));
  EXPECT_EQ(PopAll(queue), "b1a23");
}

}  // namespace
}  // namespace stepscope
