// What the subcommands print, as transcripts: src/app/golden/*.txt hold command lines after "$ "
// and below each its output and, unless it is 0, its exit code. STEPSCOPE_UPDATE_GOLDEN=1 writes
// today's.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "app/answer.h"
#include "app/flags.h"
#include "app/output.h"

namespace stepscope {
namespace {

constexpr std::string_view kPrompt = "$ stepscope ";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Words as a shell takes them: blanks between them, except in single quotes.
std::vector<std::string> WordsOf(std::string_view line) {
  std::vector<std::string> words;
  bool is_quoted = false;
  bool is_inside = false;
  for (const char c : line) {
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      is_inside = false;
      continue;
    }
    if (!is_inside) words.emplace_back();
    is_inside = true;
    if (c != '\'') words.back() += c;
  }
  return words;
}

// As main() does it, with a screen as wide as it likes.
std::string RunCommand(std::string_view line) {
  const auto failed = [](const Error& error, int exit_code) {
    return "stepscope: " + error.message + "\n[exit code " + std::to_string(exit_code) + "]\n";
  };
  const std::vector<std::string> words = WordsOf(line);
  const auto command = ParseCommand(std::vector<std::string_view>(words.begin(), words.end()));
  if (!command) return failed(command.error(), 2);
  if (command->action == Action::kHelp) return HelpText(command->subcommand);

  std::FILE* const file = std::tmpfile();
  Output output(fileno(file));
  const auto exit_code = Answer(*command, {}, output);
  std::rewind(file);
  std::string said;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) said += static_cast<char>(c);
  std::fclose(file);
  if (!exit_code) return said + failed(exit_code.error(), kExitFailed);
  if (*exit_code != 0) said += "[exit code " + std::to_string(*exit_code) + "]\n";
  return said;
}

std::string RunTranscript(const std::string& text) {
  std::string out;
  bool is_before = true;  // Of the first command there may be comments.
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(kPrompt)) {
      out += (is_before ? "" : "\n") + std::string(line) + '\n' +
             RunCommand(line.substr(kPrompt.size()));
      is_before = false;
    } else if (is_before) {
      out += std::string(line) + '\n';
    }
  }
  return out;
}

std::vector<std::string> Transcripts() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("src/app/golden")) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class AppGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(AppGoldenTest, SaysAsWritten) {
  const std::string expected = ReadFile(GetParam());
  ASSERT_NE(expected.find(kPrompt), std::string::npos) << "no command in " << GetParam();
  const std::string actual = RunTranscript(expected);
  const char* const update = std::getenv("STEPSCOPE_UPDATE_GOLDEN");
  if (update != nullptr && *update == '1') {
    std::ofstream(GetParam(), std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(actual, expected);
}

std::string NameOf(const testing::TestParamInfo<std::string>& parameter) {
  return std::filesystem::path(parameter.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Files, AppGoldenTest, testing::ValuesIn(Transcripts()), NameOf);

}  // namespace
}  // namespace stepscope
