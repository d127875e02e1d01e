#include "ingest/scalar_predictor.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/run_loader.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/run_text.h"

namespace stepscope {
namespace {

class Observer final : public LoadObserver {
 public:
  bool IsCancelled() override { return false; }
  void OnBytes(uint64_t) override {}
  void OnPublish(std::shared_ptr<const RunSnapshot> snapshot) override { run = snapshot; }

  std::shared_ptr<const RunSnapshot> run;
};

// A run that is read on this thread.
std::shared_ptr<const RunSnapshot> LoadAlone(std::string_view bytes, bool predicts,
                                             SeriesCheck check = nullptr) {
  FakeClock clock;
  MemoryFileSystem files(clock);
  Stats stats;
  files.Write("logs/other/tfevents.1", bytes);
  RunLoader loader(
      {.files = files, .clock = clock, .stats = stats, .check = check, .predicts = predicts},
      "other", "logs/other");
  loader.SetFiles({"tfevents.1"});
  Observer observer;
  loader.Step(observer);
  return observer.run;
}

std::string LoopOf(const std::vector<std::string>& tags, int steps) {
  EventFile file;
  file.Version();
  for (int step = 0; step < steps; ++step) {
    for (const std::string& tag : tags) file.Scalar(tag, step, static_cast<float>(step));
  }
  return file.bytes();
}

TEST(ScalarPredictorTest, WhatOneFileTaughtIsNoMoreThanAGuessForTheNext) {
  const std::vector<std::vector<std::string>> loops = {
      {"a", "b", "c"},       // Teaches.
      {"a", "b", "c"},       // The same again,
      {"a", "c", "b"},       // in another order,
      {"a", "b", "c", "d"},  // with more,
      {"b"},                 // and with less.
      {"long enough to be another size", "b", "c"},
      {"a", "a", "b"},
  };
  for (const int steps : {1, 2, 200}) {
    for (const auto& tags : loops) {
      const std::string bytes = LoopOf(tags, steps);
      EXPECT_EQ(TextOf(*LoadAlone(bytes, true)), TextOf(*LoadAlone(bytes, false)));
    }
  }
}

// As tf.summary writes a description: with the first event alone.
TEST(ScalarPredictorTest, WhatOnlyAFirstEventSaidIsNotGuessedOfTheNextFile) {
  const auto loss = [](EventFile& file, int step, std::string_view description) {
    file.Values(step, {SimpleValue("loss", 1, Metadata("scalars", {}, {}, description))});
  };
  EventFile train;
  train.Version();
  loss(train, 0, "of the training set");
  loss(train, 1, "");
  loss(train, 2, "");
  EventFile eval;
  eval.Version();
  loss(eval, 0, "");
  // Twice, for the first may end with what earlier tests taught this thread.
  for (const std::string& bytes : {train.bytes(), train.bytes(), eval.bytes(), train.bytes()}) {
    EXPECT_EQ(LoadAlone(bytes, true)->Find("loss")->info->description,
              LoadAlone(bytes, false)->Find("loss")->info->description);
  }
}

TEST(ScalarPredictorTest, ASeriesMayChangeTheTypeOfItsNumbers) {
  const std::string metadata = Metadata("scalars");
  EventFile file;
  file.Version();
  // The second of a form is learnt from, and the third is predicted.
  for (int step = 0; step < 18; ++step) {
    const bool is_double = step / 3 % 2 == 0;
    file.Values(step, {is_double ? TensorValue("loss", DoubleTensor(step + 0.1), metadata)
                                 : SimpleValue("loss", static_cast<float>(step), metadata)});
  }
  EXPECT_EQ(TextOf(*LoadAlone(file.bytes(), true)), TextOf(*LoadAlone(file.bytes(), false)));
}

TEST(ScalarPredictorTest, ASeriesWithAProblemIsAskedForEachTime) {
  static int asked;
  asked = 0;
  const SeriesCheck check = [](const SeriesInfo&) -> std::optional<Stat> {
    ++asked;
    return Stat::kPluginContentTooNew;
  };
  const std::string bytes = LoopOf({"a"}, 3);
  for (int run = 1; run <= 3; ++run) {
    const int before = asked;
    const auto loaded = LoadAlone(bytes, true, check);
    EXPECT_TRUE(loaded->Find("a")->info->is_hidden);
    EXPECT_GT(asked, before);
  }
}

}  // namespace
}  // namespace stepscope
