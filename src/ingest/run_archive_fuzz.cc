// Any bytes as a run's section of the index: they are refused, or make a run that holds together.
//
// Input: the body's words, their number in the first byte; then the head. The file names are those
// of the corpus.
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "ingest/run_loader.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/run_text.h"

namespace stepscope {
namespace {

class Observer final : public LoadObserver {
 public:
  bool IsCancelled() override { return false; }
  void OnBytes(uint64_t) override {}
  void OnPublish(std::shared_ptr<const RunSnapshot> snapshot) override { run = snapshot; }

  std::shared_ptr<const RunSnapshot> run;
};

void Check(std::span<const std::byte> head, std::shared_ptr<std::vector<uint64_t>> body) {
  FakeClock clock;
  MemoryFileSystem files(clock);
  Stats stats;
  RunLoader loader({files, clock, stats}, "run", "logs/run");
  if (!loader.Restore(head, std::as_bytes(std::span(*body)), body)) return;
  Observer observer;
  loader.Step(observer);  // The files are gone by now, so that it keeps what it has.
  if (observer.run) CHECK(!TextOf(*observer.run).empty());
  // What was taken is saved as it came.
  if (const auto archive = loader.Save()) {
    CHECK(!archive->head.bytes().empty());
  }
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return -1;
  const size_t words = std::min<size_t>(data[0], (size - 1) / sizeof(uint64_t));
  auto body = std::make_shared<std::vector<uint64_t>>(words);
  if (words > 0) std::memcpy(body->data(), data + 1, words * sizeof(uint64_t));
  const size_t head = 1 + words * sizeof(uint64_t);
  stepscope::Check(std::as_bytes(std::span(data + head, size - head)), body);
  return 0;
}
