// Every golden test of every plugin. STEPSCOPE_UPDATE_GOLDEN=1 writes today's answers into the
// files.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/plugin.h"
#include "testing/golden_runner.h"

namespace stepscope {
namespace {

std::vector<std::string> GoldenFiles() {
  std::vector<std::string> files;
  for (const Plugin* plugin : AllPlugins()) {
    const auto folder = std::filesystem::path("plugins") / plugin->name / "golden";
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".test") files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string NameOf(const testing::TestParamInfo<std::string>& info) {
  const std::filesystem::path path(info.param);
  std::string name =
      path.parent_path().parent_path().filename().string() + "_" + path.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, AnswersAsWritten) {
  const char* update = std::getenv("STEPSCOPE_UPDATE_GOLDEN");
  for (const std::string& failure :
       RunGoldenFile(GetParam(), AllPlugins(), update != nullptr && *update == '1')) {
    ADD_FAILURE() << failure;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenTest, testing::ValuesIn(GoldenFiles()), NameOf);

}  // namespace
}  // namespace stepscope
