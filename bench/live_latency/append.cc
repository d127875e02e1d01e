// stepscope_append RUN_DIRECTORY: for each line on stdin logs one more value of `loss`, flushes,
// and prints when Flush was called, in milliseconds since the epoch, as pages tell the time.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "logger/summary_writer.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: stepscope_append RUN_DIRECTORY\n");
    return 2;
  }
  stepscope::SummaryWriter writer(argv[1]);
  std::string line;
  for (int64_t step = 0; std::getline(std::cin, line); ++step) {
    writer.AddScalar("loss", std::exp(-0.02 * static_cast<double>(step)), step);
    const double called_ms = stepscope::SystemClock().WallSeconds() * 1000;
    if (!writer.Flush()) return 1;
    std::printf("%.3f\n", called_ms);
    std::fflush(stdout);
  }
  return writer.Close() ? 0 : 1;
}
