// Two classifiers of points in the plane, with gradients by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "examples/demo/data.h"

namespace stepscope::demo {

// A model keeps its parameters in one vector: optimisers and checkpoints need not know which it is.
class Model {
 public:
  virtual ~Model() = default;

  std::vector<float>& parameters() { return parameters_; }
  const std::vector<float>& parameters() const { return parameters_; }

  // Above 0: class 1 is the likelier one.
  virtual float Logit(const Point& point) const = 0;
  // Adds `scale` times the logit's derivative by each parameter to `gradient`.
  virtual void AddGradient(const Point& point, float scale, std::span<float> gradient) const = 0;

 protected:
  std::vector<float> parameters_;
};

class LogisticRegression final : public Model {
 public:
  explicit LogisticRegression(Random& random);
  float Logit(const Point& point) const override;
  void AddGradient(const Point& point, float scale, std::span<float> gradient) const override;
};

// One hidden layer of leaky ReLU units.
class TwoLayerNetwork final : public Model {
 public:
  TwoLayerNetwork(size_t hidden_units, Random& random);
  float Logit(const Point& point) const override;
  void AddGradient(const Point& point, float scale, std::span<float> gradient) const override;

 private:
  // Four parameters a unit: its weights of x and y, its bias, its weight in the logit. Last: the
  // logit's bias.
  size_t hidden_units_;
};

struct Score {
  float loss = 0;  // Mean cross entropy.
  float accuracy = 0;
};
Score Evaluate(const Model& model, std::span<const Point> points);

// How the cross entropy is computed. `kNaive` is everybody's first try, which divides by the
// probability: sooner or later it takes the logarithm of zero.
enum class LossForm : uint8_t { kStable, kNaive };

// The mean cross entropy of `points`; `gradient` becomes its derivative by each parameter.
float LossAndGradient(const Model& model, std::span<const Point> points, std::span<float> gradient,
                      LossForm form = LossForm::kStable);

float Norm(std::span<const float> values);  // Euclidean.

}  // namespace stepscope::demo
