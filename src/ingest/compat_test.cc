#include "ingest/compat.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "testing/event_file.h"

namespace stepscope {
namespace {

// Keeps the bytes that views point into.
struct Described {
  explicit Described(std::string value_bytes) : bytes(std::move(value_bytes)) {
    value = *ParseValue(std::as_bytes(std::span(bytes)));
    MetadataView metadata;
    if (value.metadata) metadata = *ParseMetadata(*value.metadata);
    info = DescribeFirstValue(value, metadata);
  }
  std::string bytes;
  ValueView value;
  std::optional<SeriesInfo> info;
};

TEST(CompatTest, SimpleValuesAreScalarsWhateverTheirMetadataSay) {
  const Described plain(SimpleValue("loss", 1));
  EXPECT_EQ(plain.info->plugin_name, "scalars");
  EXPECT_EQ(plain.info->display_name, "loss");
  EXPECT_EQ(plain.info->kind, SeriesKind::kScalar);
  EXPECT_EQ(plain.info->data_class, DataClass::kScalar);

  const Described named(SimpleValue("loss", 1, Metadata("text", "c", "Loss", "of training", 2)));
  EXPECT_EQ(named.info->plugin_name, "scalars");
  EXPECT_EQ(named.info->plugin_content, "");
  EXPECT_EQ(named.info->display_name, "Loss");
  EXPECT_EQ(named.info->description, "of training");
  EXPECT_EQ(named.info->kind, SeriesKind::kScalar);
}

TEST(CompatTest, OldKindsGetTheirPlugins) {
  const Described image(OldValue("i", 4, "\x08\x01"));
  EXPECT_EQ(image.info->plugin_name, "images");
  EXPECT_EQ(image.info->plugin_content, "\x10\x01");
  EXPECT_EQ(image.info->display_name, "i");
  EXPECT_EQ(image.info->kind, SeriesKind::kBlob);
  const Described histogram(OldValue("h", 5, ""));
  EXPECT_EQ(histogram.info->plugin_name, "histograms");
  EXPECT_EQ(histogram.info->kind, SeriesKind::kTensor);
  const Described audio(OldValue("a", 6, ""));
  EXPECT_EQ(audio.info->plugin_name, "audio");
  EXPECT_EQ(audio.info->plugin_content, "\x10\x0b\x18\x01");
  EXPECT_EQ(audio.info->kind, SeriesKind::kBlob);
}

TEST(CompatTest, TensorsAreWhatTheirMetadataSay) {
  const Described none(TensorValue("t", DoubleTensor(1)));
  EXPECT_EQ(none.info->plugin_name, "");
  EXPECT_EQ(none.info->data_class, DataClass::kUnknown);
  EXPECT_EQ(none.info->kind, SeriesKind::kTensor);

  const auto kind_of = [](std::string_view plugin, int data_class) {
    return Described(TensorValue("t", DoubleTensor(1), Metadata(plugin, "c", "d", "e", data_class)))
        .info->kind;
  };
  EXPECT_EQ(kind_of("scalars", 0), SeriesKind::kScalar);
  EXPECT_EQ(kind_of("scalars", 2), SeriesKind::kTensor);  // What the file says counts.
  EXPECT_EQ(kind_of("pr_curves", 0), SeriesKind::kTensor);
  EXPECT_EQ(kind_of("graph_keras_model", 0), SeriesKind::kBlob);
  EXPECT_EQ(kind_of("somebody's own", 0), SeriesKind::kTensor);
  EXPECT_EQ(kind_of("somebody's own", 1), SeriesKind::kScalar);
  EXPECT_EQ(kind_of("somebody's own", 3), SeriesKind::kBlob);
  const Described full(
      TensorValue("t", DoubleTensor(1), Metadata("mesh", "content", "Name", "Text")));
  EXPECT_EQ(full.info->plugin_content, "content");
  EXPECT_EQ(full.info->display_name, "Name");
  EXPECT_EQ(full.info->description, "Text");
}

TEST(CompatTest, MetadataAloneIsEnoughButNothingIsNot) {
  EXPECT_EQ(Described(EmptyValue("t", Metadata("hparams"))).info->kind, SeriesKind::kTensor);
  EXPECT_FALSE(Described(EmptyValue("t")).info.has_value());
  EXPECT_FALSE(Described(OldValue("t", 3, "old")).info.has_value());
}

TEST(CompatTest, OnlyValuesOfTheirKindContinueASeries) {
  const SeriesInfo histograms = *Described(OldValue("h", 5, "")).info;
  EXPECT_TRUE(Fits(histograms, ValueKind::kTensor));
  EXPECT_TRUE(Fits(histograms, ValueKind::kHistogram));
  EXPECT_FALSE(Fits(histograms, ValueKind::kImage));
  EXPECT_FALSE(Fits(histograms, ValueKind::kSimpleValue));
}

TEST(CompatTest, FileVersions) {
  EXPECT_EQ(ParseFileVersion("brain.Event:2"), 2);
  EXPECT_EQ(ParseFileVersion("brain.Event: 1.5 "), 1.5);
  EXPECT_EQ(ParseFileVersion("3"), 3);
  EXPECT_TRUE(std::isnan(ParseFileVersion("brain.Event:xyz")));
  EXPECT_TRUE(std::isnan(ParseFileVersion("")));
}

}  // namespace
}  // namespace stepscope
