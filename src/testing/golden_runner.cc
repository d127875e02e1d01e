#include "testing/golden_runner.h"

#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "testing/golden_answer.h"
#include "testing/golden_file.h"
#include "testing/golden_world.h"

namespace stepscope {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kColumns = "application/vnd.stepscope.columns";

void ReplaceAll(std::string_view from, const std::string& to, std::string& text) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

class GoldenRun {
 public:
  explicit GoldenRun(std::span<const Plugin* const> plugins) : world_(plugins, CheckSeries) {}

  // The printed answer of a question, "" for other steps.
  Result<std::string> Take(const GoldenStep& step) {
    const std::string_view text = step.text;
    const std::string_view verb = text.substr(0, text.find(' '));
    if (verb == "show") {
      shown_.clear();
      for (const auto name : Split(StripWhitespace(text.substr(verb.size())), ' '))
        shown_.emplace_back(name);
      return std::string();
    }
    if (GoldenWorld::Knows(verb)) {
      RETURN_IF_ERROR(world_.Apply(step.text, step.body));
      return std::string();
    }
    if (!step.is_question) {
      return Error{Code::kInvalidArgument, "nothing that changes the world, and no question"};
    }
    world_.Load();
    if (verb == "stats") return PrintStats(world_.stats());
    if (verb != "get" && verb != "post") {
      return Error{Code::kInvalidArgument, "no such step: " + std::string(verb)};
    }
    return Ask(verb == "post" ? Method::kPost : Method::kGet, step);
  }

 private:
  Result<std::string> Ask(Method method, const GoldenStep& step) {
    const std::string_view text = step.text;
    const std::string_view rest = StripWhitespace(text.substr(text.find(' ') + 1));
    const size_t path_end = std::min(rest.find(' '), rest.size());
    const std::string target(rest.substr(0, path_end));
    std::string body(StripWhitespace(rest.substr(path_end)));
    for (const std::string& line : step.body) body += " " + line;
    const bool is_form = body.starts_with("form");
    if (is_form) body = StripWhitespace(body.substr(4));
    ReplaceAll("$revision", last_revision_, body);
    ReplaceAll("$count", last_count_, body);
    const std::string_view content_type = method == Method::kGet ? "" : is_form ? kForm : kJson;

    ASSIGN_OR_RETURN(const Response answer, world_.Ask(method, target, body, content_type, kJson));
    const auto json = nlohmann::ordered_json::parse(answer.body, nullptr, false);
    if (json.is_object() && json.contains("tables")) {
      ASSIGN_OR_RETURN(const Response columns,
                       world_.Ask(method, target, body, content_type, kColumns));
      if (DecodeColumns(columns.body) != json) {
        return Error{Code::kInternal, "columns say something else than JSON"};
      }
      if (!json["tables"].empty() && json["tables"][0].contains("revision")) {
        last_revision_ = json["tables"][0].value("revision", "");
        last_count_ = std::to_string(json["tables"][0].value("count", uint64_t{0}));
      }
    }
    return PrintAnswer(answer, shown_);
  }

  GoldenWorld world_;
  std::vector<std::string> shown_ = {"step", "value", "smoothed", "attempt"};
  std::string last_revision_;
  std::string last_count_ = "0";
};

}  // namespace

std::vector<std::string> RunGoldenFile(const std::string& path,
                                       std::span<const Plugin* const> plugins, bool update) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const auto steps = ParseGoldenFile(text.str());
  if (!steps) return {path + ": " + steps.error().message};

  GoldenRun run(plugins);
  std::vector<std::string> failures;
  std::vector<std::string> answers;
  for (const GoldenStep& step : *steps) {
    const std::string place = path + ":" + std::to_string(step.line) + ": ";
    const Result<std::string> answer = run.Take(step);
    if (!answer) {
      failures.push_back(place + answer.error().message);
      return failures;  // What follows would only be noise.
    }
    if (step.is_question) answers.push_back(*answer);
    if (step.is_question && !update && *answer != step.answer) {
      failures.push_back(place + step.text + "\nexpected:\n" + step.answer + "got:\n" + *answer);
    }
  }
  if (update) std::ofstream(path) << ReplaceGoldenAnswers(text.str(), answers);
  return failures;
}

}  // namespace stepscope
