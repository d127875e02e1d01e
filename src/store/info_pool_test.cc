#include "store/info_pool.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

SeriesInfo Info(std::string tag) {
  SeriesInfo info;
  info.tag = std::move(tag);
  info.plugin_name = "scalars";
  return info;
}

TEST(InfoPoolTest, TheSameContentIsOneObject) {
  const auto first = SharedInfo(Info("loss"));
  EXPECT_EQ(SharedInfo(Info("loss")), first);
  EXPECT_NE(SharedInfo(Info("accuracy")), first);
  SeriesInfo other = Info("loss");
  other.description = "of the validation set";
  EXPECT_NE(SharedInfo(other), first);
  EXPECT_EQ(*first, Info("loss"));
}

TEST(InfoPoolTest, WhatNobodyHoldsGoes) {
  std::weak_ptr<const SeriesInfo> gone = SharedInfo(Info("gone"));
  EXPECT_TRUE(gone.expired());
  std::vector<std::shared_ptr<const SeriesInfo>> held;
  for (int i = 0; i < 100'000; ++i) {
    auto info = SharedInfo(Info("tag " + std::to_string(i)));
    if (i % 100 == 0) held.push_back(std::move(info));
  }
  for (size_t i = 0; i < held.size(); ++i) {
    EXPECT_EQ(SharedInfo(Info("tag " + std::to_string(100 * i))), held[i]);
  }
}

}  // namespace
}  // namespace stepscope
