#include "plugins/hparams/value.h"

#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace stepscope {
namespace {

using tensorboard::hparams::ColParams;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Cell Number(double number) { return CellValue{.value = number}; }
Cell Text(std::string text) { return CellValue{.value = std::move(text)}; }
Cell Bool(bool is_true) { return CellValue{.value = is_true ? 1.0 : 0.0, .is_bool = true}; }

std::vector<bool> Passing(const ColParams& column, const std::vector<Cell>& cells) {
  const FakeClock clock;
  const auto passed = PassFilter(column, cells, clock);
  EXPECT_TRUE(passed.has_value());
  return passed ? *passed : std::vector<bool>();
}

std::string Refusal(const ColParams& column, const std::vector<Cell>& cells) {
  const FakeClock clock;
  const auto passed = PassFilter(column, cells, clock);
  EXPECT_FALSE(passed.has_value());
  return passed ? "" : passed.error().message;
}

std::vector<size_t> Order(const ColParams& column, const std::vector<Cell>& cells) {
  std::vector<size_t> order(cells.size());
  std::iota(order.begin(), order.end(), 0);
  EXPECT_TRUE(SortByColumn(column, cells, order));
  return order;
}

ColParams Ordered(tensorboard::hparams::SortOrder order, bool missing_first) {
  ColParams column;
  column.set_order(order);
  column.set_missing_values_first(missing_first);
  return column;
}

TEST(HparamsValueTest, MissingValuesPassUnlessTheyAreExcluded) {
  const std::vector<Cell> cells = {Number(1), Cell(), Number(2)};
  ColParams column;
  column.mutable_filter_interval()->set_min_value(1);
  column.mutable_filter_interval()->set_max_value(1);
  EXPECT_THAT(Passing(column, cells), ElementsAre(true, true, false));
  column.set_exclude_missing_values(true);
  EXPECT_THAT(Passing(column, cells), ElementsAre(true, false, false));
  column.clear_filter();
  EXPECT_THAT(Passing(column, cells), ElementsAre(true, false, true));
}

TEST(HparamsValueTest, SetsCompareAsPythonDoes) {
  ColParams column;
  auto& wanted = *column.mutable_filter_discrete();
  wanted.add_values()->set_bool_value(true);
  wanted.add_values()->set_string_value("a");
  wanted.add_values()->set_null_value(google::protobuf::NULL_VALUE);
  EXPECT_THAT(
      Passing(column, {Number(1), Number(0), Text("a"), Text("1"), Bool(true), Number(kNaN)}),
      ElementsAre(true, false, true, false, true, false));
}

TEST(HparamsValueTest, PatternsSearchTextsAlone) {
  ColParams column;
  column.set_filter_regexp("b$");
  EXPECT_THAT(Passing(column, {Text("ab"), Text("ba"), Cell()}), ElementsAre(true, false, true));
  EXPECT_THAT(Refusal(column, {Number(1)}), HasSubstr("texts only"));
  column.set_filter_regexp("[");
  EXPECT_FALSE(Refusal(column, {}).empty());
}

TEST(HparamsValueTest, IntervalsAreForNumbersAndBools) {
  ColParams column;
  column.mutable_filter_interval()->set_max_value(0.5);
  EXPECT_THAT(Passing(column, {Number(0.5), Bool(true), Bool(false), Number(kNaN)}),
              ElementsAre(true, false, true, false));
  EXPECT_THAT(Refusal(column, {Text("a")}), HasSubstr("numbers only"));
}

TEST(HparamsValueTest, OrderIsStableAndMissingValuesAreAtOneEnd) {
  const std::vector<Cell> cells = {Number(2), Cell(), Number(kNaN), Number(1), Number(2), Cell()};
  using tensorboard::hparams::ORDER_ASC;
  using tensorboard::hparams::ORDER_DESC;
  EXPECT_THAT(Order(Ordered(ORDER_ASC, false), cells), ElementsAre(3, 0, 4, 2, 1, 5));
  EXPECT_THAT(Order(Ordered(ORDER_ASC, true), cells), ElementsAre(1, 5, 3, 0, 4, 2));
  EXPECT_THAT(Order(Ordered(ORDER_DESC, false), cells), ElementsAre(0, 4, 3, 2, 1, 5));
  EXPECT_THAT(Order(Ordered(ORDER_DESC, true), cells), ElementsAre(1, 5, 0, 4, 3, 2));
}

TEST(HparamsValueTest, TextsAndNumbersHaveNoOrder) {
  std::vector<size_t> order = {0, 1};
  const ColParams column = Ordered(tensorboard::hparams::ORDER_ASC, false);
  EXPECT_FALSE(SortByColumn(column, {Number(1), Text("a")}, order));
  EXPECT_THAT(Order(column, {Text("b"), Text("a")}), ElementsAre(1, 0));
  EXPECT_THAT(Order(column, {Number(2), Bool(true)}), ElementsAre(1, 0));
}

}  // namespace
}  // namespace stepscope
