#include "examples/demo/training.h"

#include <chrono>
#include <cmath>
#include <numbers>
#include <utility>

namespace stepscope::demo {
namespace {

constexpr size_t kTrainingPoints = 512;
constexpr size_t kValidationPoints = 256;
constexpr size_t kBatchPoints = 32;
constexpr size_t kHiddenUnits = 24;
constexpr float kMomentum = 0.9F;
constexpr int64_t kStepsPerEvaluation = 10;
constexpr int64_t kCheckpointsPerRun = 4;

// Short, so that curves grow smoothly while one watches.
constexpr std::chrono::milliseconds kFlushInterval{200};

std::vector<Point> MakePoints(Task task, size_t count, Random& random) {
  return task == Task::kLogisticOnMoons ? TwoMoons(count, 0.2F, random)
                                        : TwoSpirals(count, 0.08F, random);
}

std::unique_ptr<Model> MakeModel(Task task, Random& random) {
  if (task == Task::kLogisticOnMoons) return std::make_unique<LogisticRegression>(random);
  return std::make_unique<TwoLayerNetwork>(kHiddenUnits, random);
}

}  // namespace

TrainingRun::TrainingRun(RunConfig config, const std::string& logdir, const Clock& clock,
                         FileNamer namer)
    : config_(std::move(config)),
      directory_(logdir + "/" + config_.name),
      clock_(clock),
      namer_(namer),
      random_(config_.seed) {
  // All runs of a task learn the same points; the seed is for start values and batches.
  Random points(1);
  training_points_ = MakePoints(config_.task, kTrainingPoints, points);
  validation_points_ = MakePoints(config_.task, kValidationPoints, points);
  model_ = MakeModel(config_.task, random_);
  momentum_.resize(model_->parameters().size());
  gradient_.resize(model_->parameters().size());
  OpenLog();
}

void TrainingRun::OpenLog() {
  SummaryWriterOptions options{.flush_interval = kFlushInterval, .clock = &clock_};
  if (namer_ != nullptr) options.file_name = namer_(clock_, logs_);
  ++logs_;
  log_ = std::make_unique<SummaryWriter>(directory_, std::move(options));
}

void TrainingRun::Step() {
  if (step_ == config_.dies_at_step && !has_died_) Restart();
  if (step_ % (config_.steps / kCheckpointsPerRun) == 0) {
    checkpoint_ = {step_, model_->parameters(), momentum_};
  }

  batch_.clear();
  for (size_t i = 0; i < kBatchPoints; ++i) {
    batch_.push_back(training_points_[random_.Below(training_points_.size())]);
  }
  const float loss = LossAndGradient(*model_, batch_, gradient_, config_.loss_form);
  const float learning_rate = LearningRate();
  log_->AddScalar("train/loss", loss, step_);
  log_->AddScalar("optimizer/lr", learning_rate, step_);
  log_->AddScalar("optimizer/grad_norm", Norm(gradient_), step_);
  if (step_ % kStepsPerEvaluation == 0) LogScores();

  for (size_t i = 0; i < gradient_.size(); ++i) {
    momentum_[i] = kMomentum * momentum_[i] + gradient_[i];
    model_->parameters()[i] -= learning_rate * momentum_[i];
  }
  ++step_;
}

void TrainingRun::LogScores() {
  constexpr ScalarOptions kNewStyle{.format = ScalarFormat::kTensor};
  log_->AddScalar("train/accuracy", Evaluate(*model_, training_points_).accuracy, step_);
  const Score score = Evaluate(*model_, validation_points_);
  log_->AddScalar("val/loss", score.loss, step_, kNewStyle);
  log_->AddScalar("val/accuracy", score.accuracy, step_, kNewStyle);
  log_->AddScalar("weights/norm", Norm(model_->parameters()), step_);
}

// Warm-up over a twentieth of the steps, then half a cosine down to a hundredth.
float TrainingRun::LearningRate() const {
  const float done = static_cast<float>(step_) / static_cast<float>(config_.steps);
  constexpr float kWarmUp = 0.05F;
  if (done < kWarmUp) return config_.learning_rate * (done + 0.001F) / kWarmUp;
  const float cosine = std::cos(std::numbers::pi_v<float> * (done - kWarmUp) / (1 - kWarmUp));
  return config_.learning_rate * (0.01F + 0.99F * 0.5F * (1 + cosine));
}

void TrainingRun::Restart() {
  has_died_ = true;
  if (Status status = log_->Close(); !status) log_status_ = std::move(status);
  step_ = checkpoint_.step;
  model_->parameters() = checkpoint_.parameters;
  momentum_ = checkpoint_.momentum;
  OpenLog();
}

Status TrainingRun::Finish() {
  Status status = log_->Close();
  return status ? log_status_ : status;
}

}  // namespace stepscope::demo
