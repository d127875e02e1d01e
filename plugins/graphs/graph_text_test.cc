#include "plugins/graphs/graph_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(GraphTextTest, TextIsUtf8AndBytesAreEscaped) {
  tensorboard::GraphDef graph;
  tensorboard::NodeDef& node = *graph.add_node();
  node.set_name("n\xc3\xa9\"\n");
  (*node.mutable_attr())["b"].set_s("\xff\x01");
  (*node.mutable_attr())["a"].set_f(1.0F / 3);
  const auto text = GraphMessageText(graph);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text,
            "node {\n  name: \"n\xc3\xa9\\\"\\n\"\n"
            "  attr {\n    key: \"a\"\n    value {\n      f: 0.333333343\n    }\n  }\n"
            "  attr {\n    key: \"b\"\n    value {\n      s: \"\\377\\001\"\n    }\n  }\n}\n");
}

TEST(GraphTextTest, UnknownFieldsAreHidden) {
  tensorboard::GraphDef graph;
  ASSERT_TRUE(ParseGraphMessage(std::string("\x18\x02\xf8\x7f\x05", 5), "GraphDef", graph));
  EXPECT_EQ(*GraphMessageText(graph), "version: 2\n");
}

TEST(GraphTextTest, TextEndsAtItsLimit) {
  tensorboard::GraphDef graph;
  for (int i = 0; i < 1000; ++i) graph.add_node()->set_name("a node");
  const auto whole = GraphMessageText(graph);
  ASSERT_TRUE(whole.has_value());
  EXPECT_TRUE(GraphMessageText(graph, whole->size()).has_value());
  for (const uint64_t limit : {uint64_t{0}, uint64_t{1}, uint64_t{5000}, whole->size() - 1}) {
    const auto text = GraphMessageText(graph, limit);
    ASSERT_FALSE(text.has_value()) << limit;
    EXPECT_EQ(text.error().code, Code::kResourceExhausted);
    EXPECT_THAT(text.error().message, HasSubstr(std::to_string(limit)));
  }
}

TEST(GraphTextTest, BytesThatAreNoMessageAreRefused) {
  tensorboard::GraphDef graph;
  const auto status = ParseGraphMessage("\x0a\x05x", "GraphDef", graph);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, Code::kInvalidArgument);
  EXPECT_THAT(status.error().message, HasSubstr("GraphDef"));
}

TEST(GraphTextTest, FewBytesThatWouldTakeMuchMemoryAreRefused) {
  std::string bytes;
  for (int i = 0; i < (8 << 20); ++i) bytes += std::string("\x0a\x00", 2);
  tensorboard::GraphDef graph;
  const auto status = ParseGraphMessage(bytes, "GraphDef", graph);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, Code::kResourceExhausted);
}

TEST(GraphTextTest, LargeAttributesLeaveTheirNames) {
  tensorboard::GraphDef graph;
  auto& attributes = *graph.add_node()->mutable_attr();
  attributes["z"].set_s(std::string(9, 'x'));  // 11 bytes.
  attributes["a"].set_s(std::string(20, 'x'));
  attributes["fits"].set_s(std::string(8, 'x'));
  DropLargeAttributes(10, "too large", graph);
  EXPECT_EQ(attributes.size(), 2u);
  EXPECT_THAT(attributes.at("too large").list().s(), ElementsAre("a", "z"));
}

TEST(GraphTextTest, NoFunctionIsAnEmptyGraphAndVersionsMustAgree) {
  tensorboard::RunMetadata metadata;
  tensorboard::GraphDef merged;
  ASSERT_TRUE(MergeFunctionGraphs(metadata, merged));
  EXPECT_EQ(merged.ByteSizeLong(), 0u);
  for (const int version : {0, 3}) {
    metadata.add_function_graphs()
        ->mutable_pre_optimization_graph()
        ->mutable_versions()
        ->set_producer(version);
  }
  EXPECT_FALSE(MergeFunctionGraphs(metadata, merged));
}

}  // namespace
}  // namespace stepscope
