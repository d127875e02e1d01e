#include <vector>

#include <benchmark/benchmark.h>

#include "wire/crc32c.h"

namespace stepscope {
namespace {

void BM_Crc32c(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<size_t>(state.range(0)), std::byte{42});
  for (auto _ : state) benchmark::DoNotOptimize(Crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32c)->Arg(8)->Arg(34)->Arg(200)->Arg(1 << 10)->Arg(64 << 10)->Arg(16 << 20);

void BM_Crc32cPortable(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<size_t>(state.range(0)), std::byte{42});
  for (auto _ : state) benchmark::DoNotOptimize(Crc32cPortable(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32cPortable)->Arg(34)->Arg(64 << 10);

}  // namespace
}  // namespace stepscope
