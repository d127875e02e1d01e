// stepscope_append LOGDIR --runs R --rounds N --interval_ms M: R runs that train at once. In each
// round every run logs one more value of `loss` and flushes it, in another order each time, spread
// over the round. After the first three rounds it waits for a line on stdin. Prints, for each round
// after these, when its first Flush was called, in milliseconds since the epoch, as pages tell the
// time.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "logger/summary_writer.h"

namespace {

constexpr int64_t kFirstRounds = 3;

struct Arguments {
  std::string logdir;
  size_t runs = 100;
  int64_t rounds = 50;
  double interval_ms = 100;
};

double NowMs() { return stepscope::SystemClock().WallSeconds() * 1000; }

// At no fixed beat, so that no timer of the server's or the page's is met by design.
void SleepAbout(double ms, std::mt19937& random) {
  const double share = std::uniform_real_distribution(0.5, 1.5)(random);
  std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms * share));
}

int Append(const Arguments& arguments) {
  std::vector<std::unique_ptr<stepscope::SummaryWriter>> writers;
  for (size_t i = 0; i < arguments.runs; ++i) {
    const std::string run = arguments.logdir + "/run" + std::to_string(i);
    writers.push_back(std::make_unique<stepscope::SummaryWriter>(run));
  }
  std::mt19937 random(1);
  std::vector<size_t> order(arguments.runs);
  std::iota(order.begin(), order.end(), 0);
  for (int64_t step = 0; step < kFirstRounds + arguments.rounds; ++step) {
    const bool is_measured = step >= kFirstRounds;
    if (step == kFirstRounds) {
      std::string line;
      std::printf("ready\n");
      std::fflush(stdout);
      if (!std::getline(std::cin, line)) return 1;
    }
    std::ranges::shuffle(order, random);
    const double begin = NowMs();
    for (size_t i = 0; i < order.size(); ++i) {
      const double value =
          std::exp(-0.02 * static_cast<double>(step)) + 0.01 * static_cast<double>(order[i]);
      writers[order[i]]->AddScalar("loss", value, step);
      const double called_ms = NowMs();
      if (!writers[order[i]]->Flush()) return 1;
      if (!is_measured) continue;
      if (i == 0) {
        std::printf("%.3f\n", called_ms);
        std::fflush(stdout);
      }
      const double due = begin + arguments.interval_ms * static_cast<double>(i + 1) /
                                     static_cast<double>(order.size());
      const double left = due - NowMs();
      if (left > 0) SleepAbout(left, random);
    }
  }
  for (const auto& writer : writers) {
    if (!writer->Close()) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Runs that grow, to be watched");
  app.add_option("logdir", arguments.logdir, "The log directory")->required();
  app.add_option("--runs", arguments.runs, "How many")->check(CLI::PositiveNumber);
  app.add_option("--rounds", arguments.rounds, "Values of each run")->check(CLI::PositiveNumber);
  app.add_option("--interval_ms", arguments.interval_ms, "From one round to the next");
  CLI11_PARSE(app, argc, argv);
  return Append(arguments);
}
