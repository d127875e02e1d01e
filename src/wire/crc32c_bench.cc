#include <vector>

#include <benchmark/benchmark.h>

#include "wire/crc32c.h"

namespace stepscope {
namespace {

void Crc32cBlocks(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<size_t>(state.range(0)), std::byte{42});
  for (auto _ : state) benchmark::DoNotOptimize(Crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Crc32cBlocks)->Arg(8)->Arg(34)->Arg(200)->Arg(1 << 10)->Arg(64 << 10)->Arg(16 << 20);

void PortableCrc32cBlocks(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<size_t>(state.range(0)), std::byte{42});
  for (auto _ : state) benchmark::DoNotOptimize(Crc32cPortable(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(PortableCrc32cBlocks)->Arg(34)->Arg(64 << 10);

}  // namespace
}  // namespace stepscope
