#include "ingest/scalar_predictor.h"

#include <array>
#include <memory>
#include <optional>
#include <random>
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

// One value of a series, in one of the forms that writers give it, or none that is a number.
std::string AnyValue(std::mt19937& random, std::string_view tag, float number) {
  const std::string_view bytes(reinterpret_cast<const char*>(&number), sizeof(number));
  const std::string metadata = random() % 2 == 0 ? Metadata("scalars") : "";
  switch (random() % 8) {
    case 0:
      return TensorValue(tag, FloatTensor({number}), metadata);
    case 1:
      return TensorValue(tag, DoubleTensor(number / 3.0), metadata);
    case 2:
      return TensorValue(tag, ContentTensor(1, {}, bytes), metadata);
    case 3:
      return TensorValue(tag, ContentTensor(3, {}, bytes), metadata);
    case 4:
      return TensorValue(tag, StringTensor("text"), metadata);
    default:
      return SimpleValue(tag, number, metadata);
  }
}

std::string AnyFile(std::mt19937& random) {
  EventFile file;
  file.Version(random() % 8 == 0 ? "brain.Event:1" : "brain.Event:2");
  const std::array<std::string_view, 3> tags = {"a", "b", "other"};
  // A form lasts for some events, for else nothing would be predicted.
  for (int phase = 0; phase < 10; ++phase) {
    std::vector<uint32_t> seeds(tags.size());
    for (uint32_t& seed : seeds) seed = static_cast<uint32_t>(random());
    if (random() % 8 == 0) file.Start(phase);
    for (int step = 0; step < 4; ++step) {
      for (size_t i = 0; i < tags.size(); ++i) {
        std::mt19937 form(seeds[i]);
        const auto number = static_cast<float>(random() % 1000);
        file.Values(100 * phase + step, {AnyValue(form, tags[i], number)});
      }
    }
  }
  return file.bytes();
}

TEST(ScalarPredictorTest, WhatIsPredictedIsWhatAParserSays) {
  std::mt19937 random(1);
  for (int file = 0; file < 100; ++file) {
    const std::string bytes = AnyFile(random);
    ASSERT_EQ(TextOf(*LoadAlone(bytes, true)), TextOf(*LoadAlone(bytes, false))) << file;
  }
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
