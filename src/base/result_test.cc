#include "base/result.h"

#include <memory>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return Error{Code::kInvalidArgument, "odd"};
  return value / 2;
}

Result<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  return Half(half);
}

Status CheckQuarter(int value) {
  ASSIGN_OR_RETURN(const int quarter, Quarter(value));
  if (quarter < 0) return Error{Code::kOutOfRange, "negative"};
  return {};
}

Result<std::unique_ptr<int>> MoveOnly() { return std::make_unique<int>(7); }

TEST(ResultTest, PassesValuesAndErrorsOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().message, "odd");
  EXPECT_TRUE(CheckQuarter(8));
  EXPECT_EQ(CheckQuarter(-8).error().code, Code::kOutOfRange);
}

TEST(ResultTest, HoldsWhatCannotBeCopied) {
  const std::unique_ptr<int> value = *MoveOnly();
  EXPECT_EQ(*value, 7);
}

TEST(ResultTest, CodesHaveTheirPublicNames) {
  EXPECT_EQ(CodeName(Code::kOk), "OK");
  EXPECT_EQ(CodeName(Code::kUnauthenticated), "UNAUTHENTICATED");
}

}  // namespace
}  // namespace stepscope
