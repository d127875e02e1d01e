#include "plugins/graphs/keras_model.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using testing::ElementsAre;

// "name <- input input" of each node.
std::vector<std::string> Edges(std::string_view json) {
  const auto graph = KerasModelGraph(json);
  if (!graph) return {graph.error().message};
  std::vector<std::string> edges;
  for (const tensorboard::NodeDef& node : graph->node()) {
    std::string edge = node.name() + " <-";
    for (const std::string& input : node.input()) edge += ' ' + input;
    edges.push_back(std::move(edge));
  }
  return edges;
}

std::string Layer(std::string_view name, std::string_view more = "") {
  return R"({"config": {"name": ")" + std::string(name) + "\"}" + std::string(more) + '}';
}

// One call of a layer, with these outputs of others as arguments.
std::string Calls(const std::vector<std::string>& histories) {
  std::string arguments;
  for (const std::string& history : histories) {
    if (!arguments.empty()) arguments += ", ";
    arguments += R"({"config": {"keras_history": )" + history + "}}";
  }
  return R"(, "inbound_nodes": [{"args": [[)" + arguments + "]]}]";
}

std::string Model(std::string_view name, std::string_view ends, const std::string& layers,
                  std::string_view more = "") {
  return R"({"config": {"name": ")" + std::string(name) + "\"" + std::string(ends) +
         R"(, "layers": [)" + layers + "]}" + std::string(more) + '}';
}

TEST(KerasModelTest, LayersOfASequentialModelFollowEachOther) {
  EXPECT_THAT(Edges(Model("s", "", Layer("a") + "," + Layer("b") + "," + Layer("c"))),
              ElementsAre("s/a <-", "s/b <- s/a", "s/c <- s/b"));
}

TEST(KerasModelTest, AnInnerModelIsItsOutputsAndItsInputIsFed) {
  const std::string inner =
      Model("in", R"(, "input_layers": ["x", 0, 0], "output_layers": [["y", 0, 0], ["z", 0, 0]])",
            Layer("x", R"(, "inbound_nodes": [])") + "," + Layer("y", Calls({R"(["x", 0, 0])"})) +
                "," + Layer("z", Calls({R"(["x", 0, 0])"})),
            Calls({R"(["a", 0, 0])"}));
  const std::string outer =
      Model("m", R"(, "input_layers": [["a", 0, 0]], "output_layers": [["b", 0, 0]])",
            Layer("a", R"(, "inbound_nodes": [])") + "," + inner + "," +
                Layer("b", Calls({R"(["in", 0, 1])", R"(["in", 0, 9])", R"(["a", 0, 0])"})));
  EXPECT_THAT(Edges(outer), ElementsAre("m/a <-", "m/in/x <- m/a", "m/in/y <- m/in/x",
                                        "m/in/z <- m/in/x", "m/b <- m/in/z m/in/z m/a"));
}

TEST(KerasModelTest, AFunctionalModelInASequentialOneGoesOnFromTheLayerBefore) {
  const std::string inner =
      Model("in", R"(, "input_layers": ["x", 0, 0], "output_layers": ["x", 0, 0])",
            Layer("x", R"(, "inbound_nodes": [])"));
  EXPECT_THAT(Edges(Model("s", "", Layer("a") + "," + inner)),
              ElementsAre("s/a <-", "s/in/x <- s/a"));
}

TEST(KerasModelTest, KnownTypesAreAnAttribute) {
  const auto type_of = [](const std::string& dtype) {
    const auto graph = KerasModelGraph(R"({"config": {"name": "a", "dtype": )" + dtype +
                                       R"(}, "class_name": "D"})");
    const auto& attributes = graph->node(0).attr();
    EXPECT_EQ(attributes.at("keras_class").s(), "D");
    return attributes.contains("dtype") ? DataType_Name(attributes.at("dtype").type()) : "none";
  };
  EXPECT_EQ(type_of(R"("float32")"), "DT_FLOAT");
  EXPECT_EQ(type_of(R"("float16")"), "DT_HALF");
  EXPECT_EQ(type_of(R"("bfloat16_ref")"), "DT_BFLOAT16_REF");
  EXPECT_EQ(type_of(R"({"config": {"name": "int64"}})"), "DT_INT64");
  EXPECT_EQ(type_of(R"("mixed_float16")"), "none");
  EXPECT_EQ(type_of(R"("FLOAT")"), "none");
  EXPECT_EQ(type_of(R"("int4")"), "none");
  EXPECT_EQ(type_of("null"), "none");
}

TEST(KerasModelTest, WhatIsNoModelIsRefused) {
  for (const std::string json :
       {"", "{", "[]", "3", "{}", R"({"config": 1})", R"({"config": {"name": 1}})",
        R"({"config": {"name": "a", "layers": []}})", R"({"config": {"name": "a", "layers": 1}})",
        R"({"config": {"name": "a", "layers": [1]}})"}) {
    const auto graph = KerasModelGraph(json);
    ASSERT_FALSE(graph.has_value()) << json;
    EXPECT_EQ(graph.error().code, Code::kInvalidArgument) << json;
  }
}

TEST(KerasModelTest, DepthAndNamesHaveLimits) {
  std::string deep = Layer("a");
  for (int i = 0; i < 1000; ++i) deep = Model("m", "", deep);
  EXPECT_FALSE(KerasModelGraph(deep).has_value());

  std::string wide = Layer("a");
  for (int i = 0; i < 3000; ++i) wide += "," + Layer("a");
  const auto graph = KerasModelGraph(Model(std::string(30'000, 'm'), "", wide));
  ASSERT_FALSE(graph.has_value());
  EXPECT_EQ(graph.error().code, Code::kResourceExhausted);
}

}  // namespace
}  // namespace stepscope
