#include "plugins/projector/projector_run.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kConfig[] = "projector_config.pbtxt";

class ProjectorRunTest : public ::testing::Test {
 protected:
  ProjectorRunTest() { options_.logdir_path = "logs"; }

  void AddRun(const std::string& name, double start_time) {
    auto run = std::make_shared<RunSnapshot>();
    run->name = name;
    run->directory = name == "." ? "logs" : "logs/" + name;
    run->start_time = start_time;
    snapshot_.runs.push_back(std::move(run));
    std::ranges::sort(snapshot_.runs, {}, [](const auto& one) { return one->name; });
  }
  void Put(const std::string& path, std::string_view bytes) {
    files_.Write("logs/" + path, bytes);
    auto others = std::make_shared<std::vector<OtherFile>>(*snapshot_.other_files);
    if (path.ends_with(kConfig)) others->push_back({path, OtherFileKind::kProjectorConfig});
    if (path.ends_with("checkpoint")) others->push_back({path, OtherFileKind::kCheckpoint});
    snapshot_.other_files = others;
  }
  // TensorFlow's, with a matrix of 12 x 5.
  void PutCheckpoint(const std::string& directory) {
    for (const char* name : {"embedding.ckpt-1.index", "embedding.ckpt-1.data-00000-of-00001"}) {
      const auto file =
          RealFileSystem().Open("tests/data/fixtures/projector-checkpoint/" + std::string(name));
      ASSERT_TRUE(file.has_value());
      std::string bytes((*file)->GetStat()->size_bytes, '\0');
      ASSERT_TRUE((*file)->ReadAt(0, std::as_writable_bytes(std::span(bytes))).has_value());
      files_.Write("logs/" + directory + name, bytes);
    }
    Put(directory + "checkpoint", "model_checkpoint_path: \"embedding.ckpt-1\"\n");
  }
  std::vector<std::string> Runs() {
    EXPECT_EQ(HasProjectorRuns(context_), !ListProjectorRuns(context_).empty());
    return ListProjectorRuns(context_);
  }
  // "name <- tensor file, labels, shape" of each embedding.
  std::vector<std::string> Embeddings(std::string_view name) {
    auto run = LoadProjectorRun(name, context_);
    if (!run) return {run.error().message};
    if (!*run) return {"nothing"};
    FillTensorShapes(files_, **run);
    std::vector<std::string> texts;
    for (const auto& embedding : (*run)->config.embeddings()) {
      std::string text = embedding.tensor_name() + " <- " + embedding.tensor_path() + ", " +
                         embedding.metadata_path() + ",";
      for (const uint32_t size : embedding.tensor_shape()) text += " " + std::to_string(size);
      texts.push_back(std::move(text));
    }
    return texts;
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  ServerOptions options_;
  Snapshot snapshot_;
  Context context_{snapshot_, files_, stats_, clock_, options_};
};

constexpr char kPlain[] = "embeddings { tensor_name: \"e\" tensor_path: \"t.tsv\" }";

TEST_F(ProjectorRunTest, RunsComeByTheirStartAndTheLogdirLast) {
  for (const char* run : {"b/", "a/", "c/", "no run/", ""}) {
    Put(std::string(run) + kConfig, kPlain);
    files_.Write("logs/" + std::string(run) + "t.tsv", "1\t2\n");
  }
  AddRun("a", 2);
  AddRun("b", 1);
  AddRun("c", 3);
  AddRun("d", 0);
  EXPECT_THAT(Runs(), ElementsAre("b", "a", "c", "."));
  EXPECT_THAT(Embeddings("b"), ElementsAre("e <- t.tsv, , 1 2"));
  EXPECT_THAT(Embeddings("d"), ElementsAre("nothing"));
  EXPECT_THAT(Embeddings("no run"), ElementsAre("nothing"));
  AddRun(".", 0);
  EXPECT_THAT(Runs(), ElementsAre(".", "b", "a", "c"));
}

TEST_F(ProjectorRunTest, OneBadConfigurationHidesNoOther) {
  AddRun("bad", 1);
  AddRun("empty", 2);
  AddRun("good", 3);
  Put("bad/projector_config.pbtxt", "embeddings { tensor_path: 1 }");
  Put("empty/projector_config.pbtxt", "embeddings { tensor_name: \"x\" }");
  Put("good/projector_config.pbtxt", kPlain);
  EXPECT_THAT(Runs(), ElementsAre("good"));
  EXPECT_THAT(Embeddings("bad"),
              ElementsAre(HasSubstr("\"logs/bad/projector_config.pbtxt\", line 1, column 27")));
  // The file with the values is not there: the embedding stays, without a shape.
  EXPECT_THAT(Embeddings("good"), ElementsAre("e <- t.tsv, ,"));
}

TEST_F(ProjectorRunTest, TextThatNestsDeeplyIsRefused) {
  AddRun("r", 1);
  std::string nested;
  for (int i = 0; i < 1'000'000; ++i) nested += "a{";
  Put("r/projector_config.pbtxt", nested);
  EXPECT_THAT(Embeddings("r"), ElementsAre(HasSubstr("line 1")));
  Put("r/projector_config.pbtxt", "embeddings {" + nested);
  EXPECT_THAT(Embeddings("r"), ElementsAre(HasSubstr("line 1")));
}

TEST_F(ProjectorRunTest, ConfigurationsHaveALimit) {
  AddRun("r", 1);
  std::string text = kPlain;
  text.resize(kMaxProjectorConfigBytes + 1, ' ');
  Put("r/projector_config.pbtxt", text);
  EXPECT_THAT(Embeddings("r"), ElementsAre(HasSubstr("more than the limit of 16777216")));
  Put("r/projector_config.pbtxt", text.substr(1));
  EXPECT_THAT(Runs(), IsEmpty());  // Its first letter is gone.
}

TEST_F(ProjectorRunTest, AssetsOfARunCountBeforeItsOwn) {
  AddRun("r", 1);
  Put("r/projector_config.pbtxt", kPlain);
  Put("r/plugins/org_tensorflow_tensorboard_projector/projector_config.pbtxt",
      "embeddings { tensor_path: \"x/y.tsv\" } embeddings { tensor_path: \"z.tsv\" }");
  EXPECT_THAT(Embeddings("r"), ElementsAre("y.tsv <- x/y.tsv, ,", " <- z.tsv, ,"));
}

TEST_F(ProjectorRunTest, MatricesOfACheckpointAreEmbeddings) {
  PutCheckpoint("");
  AddRun("r", 1);
  AddRun("r/deeper", 2);
  // The latest of the directory, or of the one above it.
  EXPECT_THAT(Runs(), ElementsAre("r", "."));
  EXPECT_THAT(Embeddings("r"), ElementsAre("embedding/.ATTRIBUTES/VARIABLE_VALUE <- , , 12 5"));
  Put(kConfig, "embeddings { metadata_path: \"m.tsv\" } embeddings { tensor_name: \"x\" }");
  EXPECT_THAT(Embeddings("."),
              ElementsAre("x <- , ,", "embedding/.ATTRIBUTES/VARIABLE_VALUE <- , m.tsv, 12 5"));
  EXPECT_EQ((*LoadProjectorRun(".", context_))->config.model_checkpoint_path(),
            "logs/embedding.ckpt-1");
}

TEST_F(ProjectorRunTest, ACheckpointMayBeNamed) {
  AddRun("r", 1);
  PutCheckpoint("r/");
  Put("r/projector_config.pbtxt", "model_checkpoint_path: \"no such\"");
  EXPECT_THAT(Runs(), IsEmpty());
  Put("r/projector_config.pbtxt", "model_checkpoint_path: \"embedding.ckpt-1\"");
  EXPECT_THAT(Embeddings("r"), ElementsAre("embedding/.ATTRIBUTES/VARIABLE_VALUE <- , , 12 5"));
  AddRun("s", 2);
  Put("s/projector_config.pbtxt", "model_checkpoint_path: \"../r/embedding.ckpt-1\"");
  EXPECT_THAT(Embeddings("s"), ElementsAre("nothing"));
}

TEST_F(ProjectorRunTest, NamesAreTheSameWithTheirFirstOutput) {
  AddRun("r", 1);
  Put("r/projector_config.pbtxt",
      "embeddings { tensor_name: \"a:0\" tensor_path: \"1\" } "
      "embeddings { tensor_name: \"b:1\" tensor_path: \"2\" }");
  const auto run = LoadProjectorRun("r", context_);
  ASSERT_TRUE(run.has_value() && run->has_value());
  EXPECT_EQ(FindEmbedding((*run)->config, "a")->tensor_path(), "1");
  EXPECT_EQ(FindEmbedding((*run)->config, "a:0")->tensor_path(), "1");
  EXPECT_EQ(FindEmbedding((*run)->config, "b:1")->tensor_path(), "2");
  EXPECT_EQ(FindEmbedding((*run)->config, "b"), nullptr);
}

}  // namespace
}  // namespace stepscope
