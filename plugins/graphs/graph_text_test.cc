#include "plugins/graphs/graph_text.h"

#include <initializer_list>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

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

std::string TextOf(const std::string& bytes) {
  const auto text = GraphText(bytes, {});
  return text ? *text : text.error().message;
}

// By way of messages and the general printer.
std::string TextByMessage(const std::string& bytes) {
  tensorboard::GraphDef graph;
  const auto status = ParseGraphMessage(bytes, "GraphDef", graph);
  return status ? *GraphMessageText(graph) : status.error().message;
}

// Nodes of every usual and unusual kind, as the general printer writes them.
TEST(GraphTextTest, NodesAreWrittenAsByReflection) {
  std::mt19937_64 random(1);
  const auto text = [&] {
    constexpr std::string_view kTexts[] = {"",   "scope/MatMul", "a b",       "\"",   "it's",
                                           "\\", "\n",           "n\xc3\xa9", "\x7f~"};
    return std::string(random() % 3 == 0 ? kTexts[random() % std::size(kTexts)] : kTexts[1]);
  };
  const auto any_bytes = [&] { return random() % 8 == 0 ? "\xff" : text(); };
  const auto fill_shape = [&](tensorboard::TensorShapeProto& shape) {
    for (size_t i = random() % 3; i > 0; --i) {
      auto& dim = *shape.add_dim();
      dim.set_size(static_cast<int64_t>(random() % 4) - 1);
      if (random() % 8 == 0) dim.set_name(text());
    }
    shape.set_unknown_rank(random() % 4 == 0);
  };
  const auto fill = [&](tensorboard::AttrValue& value) {
    const auto type = static_cast<tensorboard::DataType>(random() % 8 == 0 ? 999 : random() % 24);
    switch (random() % 12) {
      case 0:
        return value.set_s(any_bytes());
      case 1:
        return value.set_i(static_cast<int64_t>(random()));
      case 2:
        return value.set_f(static_cast<float>(random()) / 3);
      case 3:
        return value.set_b(random() % 2 == 0);
      case 4:
        return value.set_type(type);
      case 5:
        return fill_shape(*value.mutable_shape());
      case 6:
        return value.mutable_tensor()->set_tensor_content(any_bytes());
      case 7:
        return value.mutable_func()->set_name(text());
      case 8:
        return value.set_placeholder(text());
      case 9:
        return;
      default:
        break;
    }
    auto& list = *value.mutable_list();
    for (size_t i = random() % 4; i > 0; --i) {
      if (random() % 2 == 0) list.add_s(any_bytes());
      if (random() % 2 == 0) list.add_i(static_cast<int64_t>(random() % 5));
      if (random() % 9 == 0) list.add_f(0.5F);
      if (random() % 3 == 0) list.add_b(random() % 2 == 0);
      if (random() % 3 == 0) list.add_type(type);
      if (random() % 2 == 0) fill_shape(*list.add_shape());
      if (random() % 9 == 0) list.add_tensor()->add_int_val(1);
      if (random() % 9 == 0) list.add_func()->set_name(text());
    }
  };
  for (int round = 0; round < 300; ++round) {
    tensorboard::GraphDef graph;
    for (size_t i = random() % 6; i > 0; --i) {
      tensorboard::NodeDef& node = *graph.add_node();
      node.set_name(text());
      node.set_op(text());
      for (size_t j = random() % 3; j > 0; --j) node.add_input(text());
      node.set_device(text());
      for (size_t j = random() % 4; j > 0; --j) fill((*node.mutable_attr())[text()]);
      if (random() % 9 == 0) {
        node.mutable_experimental_debug_info()->add_original_node_names(text());
      }
      if (random() % 9 == 0) node.mutable_experimental_type();
    }
    if (random() % 2 == 0) graph.mutable_versions()->set_producer(22);
    if (random() % 2 == 0) {
      graph.mutable_library()->add_function()->mutable_signature()->set_name("f");
    }
    const std::string expected = *GraphMessageText(graph);
    const std::string bytes = graph.SerializeAsString();
    ASSERT_EQ(*GraphText(bytes, {}), expected);
    if (!expected.empty()) {
      EXPECT_TRUE(GraphText(bytes, {}, expected.size()).has_value());
      EXPECT_FALSE(GraphText(bytes, {}, expected.size() - 1).has_value());
    }
    for (int flips = 0; flips < 40 && !bytes.empty(); ++flips) {
      std::string damaged = bytes.substr(0, bytes.size() - random() % 2);
      if (damaged.empty()) continue;
      damaged[random() % damaged.size()] = static_cast<char>(random());
      EXPECT_EQ(TextOf(damaged), TextByMessage(damaged));
    }
  }
}

TEST(GraphTextTest, FieldsThatComeTwiceOrInAnotherOrderAreMerged) {
  using Fields = std::initializer_list<char>;
  for (const Fields& fields : {
           Fields{0x12, 1, 'o', 0x0a, 1, 'n'},                                 // op, name
           Fields{0x0a, 1, 'n', 0x0a, 1, 'm'},                                 // name, name
           Fields{0x1a, 0, 0x1a, 1, 'i'},                                      // input, input
           Fields{0x2a, 2, 0x0a, 0, 0x2a, 2, 0x0a, 0},                         // one key twice
           Fields{0x2a, 5, 0x0a, 1, 'k', 0x12, 0},                             // without a kind
           Fields{0x2a, 9, 0x0a, 1, 'k', 0x12, 4, 0x18, 1, 0x28, 1},           // of two kinds
           Fields{0x2a, 7, 0x12, 2, 0x18, 1, 0x0a, 1, 'k'},                    // value, key
           Fields{0x2a, 9, 0x0a, 1, 'k', 0x12, 4, 0x0a, 2, 0x18, 5},           // not packed
           Fields{0x2a, 10, 0x0a, 1, 'k', 0x12, 5, 0x3a, 3, 0x12, 1, 8},       // broken
           Fields{0x2a, 11, 0x0a, 1, 'k', 0x12, 6, 0x3a, 4, 0x18, 1, 0x18, 0}  // one flag twice
       }) {
    const std::string bytes =
        std::string{0x0a, static_cast<char>(fields.size())} + std::string(fields);
    EXPECT_EQ(TextOf(bytes), TextByMessage(bytes)) << testing::PrintToString(bytes);
  }
}

TEST(GraphTextTest, NodesWithMoreAttributesThanUsualAreWhole) {
  tensorboard::GraphDef graph;
  tensorboard::NodeDef& node = *graph.add_node();
  for (int i = 0; i < 40; ++i) (*node.mutable_attr())["key" + std::to_string(i)].set_i(i);
  const std::string bytes = graph.SerializeAsString();
  EXPECT_EQ(TextOf(bytes), TextByMessage(bytes));
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
  const std::string bytes = graph.SerializeAsString();
  attributes.erase("z");
  attributes.erase("a");
  attributes["too large"].mutable_list()->add_s("a");
  attributes["too large"].mutable_list()->add_s("z");
  EXPECT_EQ(*GraphText(bytes, AttributeLimit{10, "too large"}), *GraphMessageText(graph));
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
