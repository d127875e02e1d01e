// One training run of the demo: a model, its data, its optimiser and its log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "examples/demo/data.h"
#include "examples/demo/models.h"
#include "logger/summary_writer.h"

namespace stepscope::demo {

enum class Task : uint8_t { kLogisticOnMoons, kTwoLayersOnSpirals };

struct RunConfig {
  std::string name;  // The run: a directory below the log directory.
  Task task = Task::kLogisticOnMoons;
  float learning_rate = 0.1F;  // At the top of the schedule.
  uint64_t seed = 0;
  int64_t steps = 0;
  LossForm loss_form = LossForm::kStable;
  // Before this step the job dies and starts again from its last checkpoint, in a new event file.
  int64_t dies_at_step = -1;
};

// How the run's event files are named; see SummaryWriterOptions::file_name.
using FileNamer = std::string (*)(const Clock& clock, int number);

class TrainingRun {
 public:
  // Logs below `logdir` with times of `clock`, which must outlive the run. Without a namer files
  // get the names that the logger makes.
  TrainingRun(RunConfig config, const std::string& logdir, const Clock& clock, FileNamer namer);

  const RunConfig& config() const { return config_; }
  bool is_finished() const { return step_ >= config_.steps; }
  void Step();      // One batch; logs it.
  Status Finish();  // What the log's Close says.

 private:
  struct Checkpoint {
    int64_t step = 0;
    std::vector<float> parameters;
    std::vector<float> momentum;
  };

  void OpenLog();
  void Restart();
  float LearningRate() const;
  void LogScores();

  const RunConfig config_;
  const std::string directory_;
  const Clock& clock_;
  const FileNamer namer_;
  Random random_;
  std::vector<Point> training_points_;
  std::vector<Point> validation_points_;
  std::unique_ptr<Model> model_;
  std::vector<float> momentum_;
  std::vector<float> gradient_;
  std::vector<Point> batch_;
  Checkpoint checkpoint_;
  int64_t step_ = 0;
  bool has_died_ = false;
  int logs_ = 0;
  std::unique_ptr<SummaryWriter> log_;
  Status log_status_;  // Of the files that are closed.
};

}  // namespace stepscope::demo
