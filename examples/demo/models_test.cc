#include "examples/demo/models.h"

#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope::demo {
namespace {

// Central differences of the loss, against the gradient by hand.
void ExpectRightGradient(Model& model, const std::vector<Point>& points) {
  std::vector<float> gradient(model.parameters().size());
  LossAndGradient(model, points, gradient);
  constexpr float kStep = 1e-3F;
  for (size_t i = 0; i < gradient.size(); ++i) {
    const float kept = model.parameters()[i];
    model.parameters()[i] = kept + kStep;
    const float above = Evaluate(model, points).loss;
    model.parameters()[i] = kept - kStep;
    const float below = Evaluate(model, points).loss;
    model.parameters()[i] = kept;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 5e-3) << "parameter " << i;
  }
}

TEST(ModelsTest, GradientsAreTheLossesSlopes) {
  Random random(1);
  const std::vector<Point> points = TwoSpirals(64, 0.1F, random);
  LogisticRegression logistic(random);
  ExpectRightGradient(logistic, points);
  TwoLayerNetwork network(8, random);
  ExpectRightGradient(network, points);
}

TEST(ModelsTest, LargeLogitsGiveFiniteLosses) {
  Random random(1);
  LogisticRegression model(random);
  model.parameters() = {1e30F, 0, 0};
  const std::vector<Point> right = {{1, 0, 1}, {-1, 0, 0}};
  EXPECT_EQ(Evaluate(model, right).loss, 0);
  EXPECT_EQ(Evaluate(model, right).accuracy, 1);
  const std::vector<Point> wrong = {{1, 0, 0}};
  EXPECT_EQ(Evaluate(model, wrong).loss, 1e30F);
}

TEST(ModelsTest, ANotANumberShowsInTheLoss) {
  Random random(1);
  TwoLayerNetwork model(4, random);
  model.parameters()[0] = std::nanf("");
  const std::vector<Point> points = {{1, 1, 1}};
  EXPECT_TRUE(std::isnan(Evaluate(model, points).loss));
}

TEST(DataTest, ASeedGivesTheSamePoints) {
  Random a(5);
  Random b(5);
  const std::vector<Point> first = TwoMoons(100, 0.1F, a);
  const std::vector<Point> second = TwoMoons(100, 0.1F, b);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].x, second[i].x);
    EXPECT_EQ(first[i].y, second[i].y);
  }
}

}  // namespace
}  // namespace stepscope::demo
