// What a second start pays for its index before anything is made of it: mapping, finding, checking;
// and what writing it costs. 1,000 runs of 51 kB stand for 10 M scalars.
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/disk.h"
#include "index/index_store.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

constexpr size_t kHeadBytes = 2'000;

std::unique_ptr<IndexStore> Open(const TemporaryDirectory& root, const Disk& disk) {
  auto store = IndexStore::Open(disk, SystemClock(), {JoinPath(root.path(), "index"), root.path()});
  CHECK(store);
  return *std::move(store);
}

void Write(IndexStore& store, int64_t runs, int64_t body_bytes) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> words((kHeadBytes + static_cast<size_t>(body_bytes)) / 8);
  for (uint64_t& word : words) word = random();
  const auto bytes = std::as_bytes(std::span(words));
  const Status written = store.Write([&](SegmentWriter& writer) -> Status {
    for (int64_t i = 0; i < runs; ++i) {
      RETURN_IF_ERROR(writer.Add("sweep/run" + std::to_string(i), bytes.first(kHeadBytes),
                                 bytes.subspan(kHeadBytes)));
    }
    return {};
  });
  CHECK(written);
}

// range(0): runs; range(1): bytes of each body.
void OpenAndReadHeads(benchmark::State& state) {
  const TemporaryDirectory root;
  Write(*Open(root, RealDisk()), state.range(0), state.range(1));
  for (auto _ : state) {
    const auto store = Open(root, RealDisk());
    for (int64_t i = 0; i < state.range(0); ++i) {
      const auto section = store->Find("sweep/run" + std::to_string(i));
      CHECK(section && section->Head());
    }
  }
}
BENCHMARK(OpenAndReadHeads)->Args({1'000, 51'000})->Args({10'000, 1'200})->Args({20, 2'550'000});

void OpenAndCheckAll(benchmark::State& state, const Disk& disk) {
  const TemporaryDirectory root;
  Write(*Open(root, RealDisk()), state.range(0), state.range(1));
  for (auto _ : state) {
    const auto store = Open(root, disk);
    for (int64_t i = 0; i < state.range(0); ++i) {
      const auto section = store->Find("sweep/run" + std::to_string(i));
      CHECK(section && section->Head() && section->Body());
    }
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK_CAPTURE(OpenAndCheckAll, mapped, RealDisk())
    ->Args({1'000, 51'000})
    ->Args({20, 2'550'000})
    ->Args({20, 51'000'000});
BENCHMARK_CAPTURE(OpenAndCheckAll, read, RealDiskWithoutMaps())
    ->Args({1'000, 51'000})
    ->Args({20, 51'000'000});

void WriteAll(benchmark::State& state) {
  const TemporaryDirectory root;
  const auto store = Open(root, RealDisk());
  for (auto _ : state) {
    Write(*store, state.range(0), state.range(1));
    state.PauseTiming();
    CHECK(store->Compact([](std::string_view) { return false; }));
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(WriteAll)->Args({1'000, 51'000})->UseRealTime();

}  // namespace
}  // namespace stepscope
