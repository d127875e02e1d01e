#include "examples/demo/models.h"

#include <algorithm>
#include <cmath>

namespace stepscope::demo {
namespace {

// -log(probability of the label), written so that large logits neither overflow nor lose digits.
float CrossEntropy(float logit, float label) {
  const float wrong = label > 0.5F ? -logit : logit;
  return std::max(wrong, 0.0F) + std::log1p(std::exp(-std::abs(wrong)));
}

// Of a leaky ReLU.
float Slope(float activation) { return activation < 0 ? 0.1F : 1.0F; }

float Sigmoid(float logit) { return 1 / (1 + std::exp(-logit)); }

struct PointLoss {
  float loss = 0;
  float slope = 0;  // By the logit.
};

PointLoss StableLoss(float logit, float label) {
  return {CrossEntropy(logit, label), Sigmoid(logit) - label};
}

PointLoss NaiveLoss(float logit, float label) {
  const float probability = Sigmoid(logit);
  const float by_logit = probability * (1 - probability);
  return {-std::log(label > 0.5F ? probability : 1 - probability),
          (probability - label) / by_logit * by_logit};
}

}  // namespace

LogisticRegression::LogisticRegression(Random& random) {
  parameters_ = {random.Normal(), random.Normal(), 0};
}

float LogisticRegression::Logit(const Point& point) const {
  return parameters_[0] * point.x + parameters_[1] * point.y + parameters_[2];
}

void LogisticRegression::AddGradient(const Point& point, float scale,
                                     std::span<float> gradient) const {
  gradient[0] += scale * point.x;
  gradient[1] += scale * point.y;
  gradient[2] += scale;
}

TwoLayerNetwork::TwoLayerNetwork(size_t hidden_units, Random& random)
    : hidden_units_(hidden_units) {
  parameters_.resize(4 * hidden_units + 1);
  const float output_scale = std::sqrt(2 / static_cast<float>(hidden_units));
  for (size_t unit = 0; unit < hidden_units; ++unit) {
    for (size_t i = 0; i < 3; ++i) parameters_[4 * unit + i] = random.Normal();
    parameters_[4 * unit + 3] = output_scale * random.Normal();
  }
}

float TwoLayerNetwork::Logit(const Point& point) const {
  float logit = parameters_.back();
  for (size_t unit = 0; unit < hidden_units_; ++unit) {
    const float* w = &parameters_[4 * unit];
    const float activation = w[0] * point.x + w[1] * point.y + w[2];
    logit += w[3] * activation * Slope(activation);
  }
  return logit;
}

void TwoLayerNetwork::AddGradient(const Point& point, float scale,
                                  std::span<float> gradient) const {
  gradient[4 * hidden_units_] += scale;
  for (size_t unit = 0; unit < hidden_units_; ++unit) {
    const float* w = &parameters_[4 * unit];
    const float activation = w[0] * point.x + w[1] * point.y + w[2];
    const float slope = Slope(activation);
    float* g = &gradient[4 * unit];
    g[0] += scale * w[3] * slope * point.x;
    g[1] += scale * w[3] * slope * point.y;
    g[2] += scale * w[3] * slope;
    g[3] += scale * activation * slope;
  }
}

Score Evaluate(const Model& model, std::span<const Point> points) {
  Score score;
  for (const Point& point : points) {
    const float logit = model.Logit(point);
    score.loss += CrossEntropy(logit, point.label);
    score.accuracy += (logit > 0) == (point.label > 0.5F) ? 1.0F : 0.0F;
  }
  score.loss /= static_cast<float>(points.size());
  score.accuracy /= static_cast<float>(points.size());
  return score;
}

float LossAndGradient(const Model& model, std::span<const Point> points, std::span<float> gradient,
                      LossForm form) {
  std::fill(gradient.begin(), gradient.end(), 0.0F);
  const float share = 1 / static_cast<float>(points.size());
  float loss = 0;
  for (const Point& point : points) {
    const float logit = model.Logit(point);
    const PointLoss of_point =
        form == LossForm::kNaive ? NaiveLoss(logit, point.label) : StableLoss(logit, point.label);
    loss += share * of_point.loss;
    model.AddGradient(point, share * of_point.slope, gradient);
  }
  return loss;
}

float Norm(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += double{value} * value;
  return static_cast<float>(std::sqrt(sum));
}

}  // namespace stepscope::demo
