// The JSON form of a report; docs/cli.md describes it.
#include <cmath>

#include <nlohmann/json.hpp>

#include "app/report.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSeverityNames[] = {"info", "repaired", "lost"};
constexpr std::string_view kKindNames[] = {"scalar", "tensor", "blob"};
constexpr std::string_view kOtherKindNames[] = {"torch_trace", "profile", "projector_config",
                                                "debugger", "checkpoint"};

Json TimeJson(double time) { return std::isfinite(time) ? Json(time) : Json(); }

Json ExtentJson(const Extent& extent) {
  const auto step = [](const std::optional<int64_t>& value) {
    return value ? Json(*value) : Json();
  };
  return {{"first_step", step(extent.first_step)},
          {"last_step", step(extent.last_step)},
          {"first_wall_time", TimeJson(extent.first_wall_time)},
          {"last_wall_time", TimeJson(extent.last_wall_time)}};
}

Json AmountJson(const Amount& amount) {
  return {{"tags", amount.tags}, {"series", amount.series}, {"points", amount.points}};
}

Json PluginsJson(const std::map<std::string, Amount>& plugins) {
  Json json = Json::object();
  for (const auto& [name, amount] : plugins) json[name] = AmountJson(amount);
  return json;
}

Json RunJson(const RunReport& run) {
  Json files = Json::array();
  for (const FileInfo& file : run.files) {
    files.push_back({{"path", file.path},
                     {"bytes", file.size_bytes},
                     {"bytes_read", file.bytes_read},
                     {"first_wall_time", TimeJson(file.first_wall_time)},
                     {"last_wall_time", TimeJson(file.last_wall_time)}});
  }
  Json json = {{"run", run.name}, {"bytes", run.bytes}};
  json.update(AmountJson(run.amount));
  json.update(ExtentJson(run.extent));
  json["attempts"] = run.attempts;
  json["problems"] = run.problems;
  json["loaded"] = run.is_loaded;
  json["plugins"] = PluginsJson(run.plugins);
  json["files"] = std::move(files);
  return json;
}

Json TagJson(const std::string& name, const TagReport& tag) {
  Json json = {{"tag", name},
               {"plugin", tag.plugin},
               {"kind", kKindNames[static_cast<size_t>(tag.kind)]},
               {"runs", tag.runs},
               {"points", tag.points}};
  json.update(ExtentJson(tag.extent));
  return json;
}

Json ProblemJson(const Problem& problem) {
  const StatInfo& info = Describe(problem.stat);
  Json occurrences = Json::array();
  for (const StatOccurrence& occurrence : problem.occurrences) {
    occurrences.push_back(
        {{"file", occurrence.file}, {"offset", occurrence.offset}, {"detail", occurrence.detail}});
  }
  return {{"name", info.name},
          {"severity", kSeverityNames[static_cast<size_t>(info.severity)]},
          {"text", info.text},
          {"count", problem.count},
          {"occurrences", std::move(occurrences)}};
}

}  // namespace

std::string ReportJson(const Report& report) {
  Json runs = Json::array();
  for (const RunReport& run : report.runs) runs.push_back(RunJson(run));
  Json tags = Json::array();
  for (const auto& [name, tag] : report.tags) tags.push_back(TagJson(name, tag));
  Json problems = Json::array();
  for (const Problem& problem : report.problems) problems.push_back(ProblemJson(problem));
  Json other_files = Json::array();
  for (const OtherFile& file : report.other_files) {
    other_files.push_back(
        {{"path", file.path}, {"kind", kOtherKindNames[static_cast<size_t>(file.kind)]}});
  }
  Json totals = {{"runs", report.runs.size()}, {"files", report.files}, {"bytes", report.bytes}};
  totals.update(AmountJson(report.amount));
  totals["problems"] = report.problem_count;
  const Json document = {
      {"version", STEPSCOPE_VERSION},    {"logdir", report.logdir},
      {"totals", std::move(totals)},     {"plugins", PluginsJson(report.plugins)},
      {"runs", std::move(runs)},         {"tags", std::move(tags)},
      {"problems", std::move(problems)}, {"other_files", std::move(other_files)}};
  return document.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + '\n';
}

}  // namespace stepscope
