// stepscope_demo LOGDIR [--seconds N] [--short]: trains small models and logs them, see README.md.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "examples/demo/training.h"

namespace stepscope::demo {
namespace {

// Set by SIGINT and SIGTERM: training ends, and what it logged so far is written.
volatile std::sig_atomic_t g_is_stopping = 0;

constexpr int64_t kLiveSteps = 1500;
constexpr int64_t kShortSteps = 400;

std::vector<RunConfig> MakeConfigs(int64_t steps) {
  std::vector<RunConfig> configs;
  const auto add = [&](const char* name, Task task, float learning_rate, uint64_t seed) {
    configs.push_back(
        {.name = name, .task = task, .learning_rate = learning_rate, .seed = seed, .steps = steps});
  };
  add("logistic/lr=0.01/seed=1", Task::kLogisticOnMoons, 0.01F, 1);
  add("two_layer/lr=0.03/seed=1", Task::kTwoLayersOnSpirals, 0.03F, 1);
  add("two_layer/lr=0.2/seed=1", Task::kTwoLayersOnSpirals, 0.2F, 1);
  add("two_layer/lr=0.5/naive_loss", Task::kTwoLayersOnSpirals, 0.5F, 1);
  configs.back().loss_form = LossForm::kNaive;
  add("logistic/lr=0.1/seed=1", Task::kLogisticOnMoons, 0.1F, 1);
  add("two_layer/restarted", Task::kTwoLayersOnSpirals, 0.1F, 4);
  configs.back().dies_at_step = steps * 5 / 8;
  add("logistic/lr=0.01/seed=2", Task::kLogisticOnMoons, 0.01F, 2);
  add("two_layer/lr=0.03/seed=2", Task::kTwoLayersOnSpirals, 0.03F, 2);
  add("two_layer/lr=0.2/seed=2", Task::kTwoLayersOnSpirals, 0.2F, 2);
  add("logistic/lr=0.1/seed=2", Task::kLogisticOnMoons, 0.1F, 2);
  return configs;
}

// Goes on only when told: the sample logs are to be the same bytes each time they are made.
class SimulatedClock final : public Clock {
 public:
  double WallSeconds() const override { return now_; }
  std::chrono::nanoseconds Monotonic() const override {
    return std::chrono::nanoseconds(static_cast<int64_t>(now_ * 1e9));
  }
  void Advance(double seconds) { now_ += seconds; }

 private:
  double now_ = 1700000000;
};

std::string SimulatedFileName(const Clock& clock, int number) {
  return "events.out.tfevents." + std::to_string(static_cast<int64_t>(clock.WallSeconds())) +
         ".demo.1." + std::to_string(number);
}

// One run after the other, as fast as they go.
bool TrainShort(const std::string& logdir) {
  constexpr double kSecondsPerStep = 0.125;
  constexpr double kSecondsBetweenRuns = 10;
  SimulatedClock clock;
  bool is_logged = true;
  for (const RunConfig& config : MakeConfigs(kShortSteps)) {
    TrainingRun run(config, logdir, clock, SimulatedFileName);
    while (!run.is_finished()) {
      run.Step();
      clock.Advance(kSecondsPerStep);
    }
    is_logged &= run.Finish().has_value();
    clock.Advance(kSecondsBetweenRuns);
  }
  return is_logged;
}

// All runs at once, each begun a little after the one before, so that there is something new to
// see.
bool TrainLive(const std::string& logdir, double total_seconds) {
  using SteadyClock = std::chrono::steady_clock;
  const std::vector<RunConfig> configs = MakeConfigs(kLiveSteps);
  const double seconds_between_starts = 0.3 * total_seconds / static_cast<double>(configs.size());
  const double seconds_a_run = 0.7 * total_seconds;

  const SteadyClock::time_point start = SteadyClock::now();
  std::vector<std::unique_ptr<TrainingRun>> runs(configs.size());
  std::vector<int64_t> steps_done(configs.size());
  bool is_training = true;
  while (is_training && g_is_stopping == 0) {
    is_training = false;
    const double elapsed = std::chrono::duration<double>(SteadyClock::now() - start).count();
    for (size_t i = 0; i < configs.size(); ++i) {
      const double begun_for = elapsed - static_cast<double>(i) * seconds_between_starts;
      if (begun_for >= 0 && !runs[i]) {
        runs[i] = std::make_unique<TrainingRun>(configs[i], logdir, SystemClock(), nullptr);
      }
      const auto due = static_cast<int64_t>(begun_for / seconds_a_run * kLiveSteps);
      while (runs[i] && !runs[i]->is_finished() && steps_done[i] < due) {
        runs[i]->Step();
        ++steps_done[i];
      }
      is_training |= !runs[i] || !runs[i]->is_finished();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  bool is_logged = true;
  for (const auto& run : runs) is_logged &= !run || run->Finish().has_value();
  return is_logged;
}

int Main(int argc, char** argv) {
  std::string logdir;
  double seconds = 150;
  bool is_short = false;
  CLI::App app("Trains small models and logs them with Stepscope's C++ logger");
  app.add_option("logdir", logdir, "Where to log")->required();
  app.add_option("--seconds", seconds, "How long to train")->check(CLI::PositiveNumber);
  app.add_flag("--short", is_short, "Fast, with simulated time: the bytes of examples/logs");
  CLI11_PARSE(app, argc, argv);

  std::error_code error;
  if (is_short && std::filesystem::exists(logdir, error) &&
      !std::filesystem::is_empty(logdir, error)) {
    std::fprintf(stderr, "stepscope_demo: %s is not empty\n", logdir.c_str());
    return 1;
  }
  std::signal(SIGINT, [](int) { g_is_stopping = 1; });
  std::signal(SIGTERM, [](int) { g_is_stopping = 1; });
  return (is_short ? TrainShort(logdir) : TrainLive(logdir, seconds)) ? 0 : 1;
}

}  // namespace
}  // namespace stepscope::demo

int main(int argc, char** argv) { return stepscope::demo::Main(argc, argv); }
