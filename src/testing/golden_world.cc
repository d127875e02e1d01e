#include "testing/golden_world.h"

#include <cmath>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "testing/golden_values.h"
#include "wire/proto_writer.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

constexpr char kLogdir[] = "logs";
constexpr double kRecordSeconds = 0.25;
constexpr double kFileSeconds = 10;

Error Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

// Blanks separate words; a part in quotes is JSON text.
Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  bool is_inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') {
      is_inside = false;
      continue;
    }
    if (!is_inside) words.emplace_back();
    is_inside = true;
    if (line[i] != '"') {
      words.back() += line[i];
      continue;
    }
    size_t end = i + 1;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
    const auto text = nlohmann::json::parse(line.substr(i, end + 1 - i), nullptr, false);
    if (!text.is_string()) return Invalid("text in quotes must be JSON");
    words.back() += text.get<std::string>();
    i = end;
  }
  return words;
}

// The value of "key=value" among the words.
std::optional<std::string> Option(const std::vector<std::string>& words, std::string_view key) {
  for (const std::string& word : words) {
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=') {
      return word.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

Result<int64_t> ToInt(std::string_view text) {
  const auto number = ParseInt64(text);
  if (!number) return Invalid(std::string(text) + " is no integer");
  return *number;
}

Result<std::vector<int64_t>> ParseSteps(std::string_view text) {
  std::vector<int64_t> steps;
  if (const size_t dots = text.find(".."); dots != std::string_view::npos) {
    ASSIGN_OR_RETURN(const int64_t first, ToInt(text.substr(0, dots)));
    ASSIGN_OR_RETURN(const int64_t last, ToInt(text.substr(dots + 2)));
    for (int64_t step = first; step <= last; ++step) steps.push_back(step);
    return steps;
  }
  for (const std::string_view part : Split(text, ',')) {
    ASSIGN_OR_RETURN(const int64_t step, ToInt(part));
    steps.push_back(step);
  }
  return steps;
}

// Of what a test calls so; "." is the log directory itself. The file system of tests knows no other
// dots: a directory would lie in itself, without end.
Result<std::string> PathOf(const std::string& name) {
  if (name == ".") return std::string(kLogdir);
  for (const std::string_view part : Split(name, '/')) {
    if (part.empty() || part == "." || part == "..") return Invalid(name + " is no path");
  }
  return std::string(kLogdir) + "/" + name;
}

// A rank-0 tensor of one number, as TensorFlow stores it: the bytes as they lie in memory.
template <typename T>
std::string Tensor(DataType dtype, T number) {
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, static_cast<uint64_t>(dtype));
  writer.Bytes(4, {reinterpret_cast<const char*>(&number), sizeof(number)});
  return tensor;
}

Result<std::string> ToTensor(std::string_view type, std::string_view text) {
  if (type == "i64") {
    ASSIGN_OR_RETURN(const int64_t number, ToInt(text));
    return Tensor(DataType::kInt64, number);
  }
  if (type == "u64") {
    const bool is_high = text.size() == 20;  // Beyond int64, which ParseInt64 cannot read.
    if (is_high) return Tensor(DataType::kUint64, std::stoull(std::string(text)));
    ASSIGN_OR_RETURN(const int64_t number, ToInt(text));
    return Tensor(DataType::kUint64, static_cast<uint64_t>(number));
  }
  if (type == "bool") return Tensor(DataType::kBool, static_cast<uint8_t>(text == "true"));
  const auto number = ParseDouble(text);
  if (!number) return Invalid(std::string(text) + " is no number");
  if (type == "f64") return Tensor(DataType::kDouble, *number);
  if (type == "f32") return Tensor(DataType::kFloat, static_cast<float>(*number));
  return Invalid("no type " + std::string(type));
}

}  // namespace

GoldenWorld::GoldenWorld(std::span<const Plugin* const> plugins, SeriesCheck check)
    : ingest_({.logdir = kLogdir, .check = check}, files_, clock_, stats_, cell_) {
  options_.logdir = options_.logdir_path = kLogdir;
  files_.MakeDirectory(kLogdir);
  const auto add = [this](const std::string& prefix, std::span<const Route> routes) {
    for (const Route& route : routes) {
      router_.Add(prefix + std::string(route.path), [this, route](const Request& request) {
        const Context context = {*snapshot_, files_, stats_, clock_, options_};
        return route.handle(request, context);
      });
    }
  };
  for (const Plugin* plugin : plugins) {
    add("/api/" + std::string(plugin->name) + "/", plugin->routes);
    add("/data/plugin/" + std::string(plugin->name) + "/", plugin->compat_routes);
  }
}

bool GoldenWorld::Knows(std::string_view verb) {
  for (const char* known : {"events", "file", "fifo", "link", "truncate", "restore", "flip",
                            "remove", "wait", "samples"}) {
    if (verb == known) return true;
  }
  return false;
}

Status GoldenWorld::Apply(std::string_view text, const std::vector<std::string>& body) {
  ASSIGN_OR_RETURN(const Words words, SplitWords(text));
  if (words.size() < 2) return Invalid(words[0] + " of what?");
  if (words[0] == "events") return AppendEvents(words, body);
  if (words[0] == "file") return MakeFile(words, body);
  if (!body.empty()) return Invalid(words[0] + " takes no indented lines");
  if (words[0] == "fifo" || words[0] == "link") return MakeFile(words, body);
  if (words[0] == "samples") return SetSamples(words);
  if (words[0] == "wait") {
    ASSIGN_OR_RETURN(const int64_t seconds, ToInt(words[1]));
    clock_.Advance(std::chrono::seconds(seconds));
    return {};
  }
  return ChangeFile(words);
}

Status GoldenWorld::SetSamples(const Words& words) {
  const std::vector<std::string_view> parts = Split(words[1], '=');
  if (parts.size() != 2) return Invalid("samples PLUGIN=N");
  ASSIGN_OR_RETURN(const int64_t count, ToInt(parts[1]));
  std::erase_if(options_.samples_per_plugin,
                [&](const auto& entry) { return entry.first == parts[0]; });
  options_.samples_per_plugin.emplace_back(parts[0], static_cast<uint64_t>(count));
  return {};
}

Status GoldenWorld::MakeFile(const Words& words, const std::vector<std::string>& body) {
  ASSIGN_OR_RETURN(const std::string path, PathOf(words[1]));
  if (words[0] == "fifo") {
    files_.MakeFifo(path);
    return {};
  }
  if (words[0] == "link") {
    if (words.size() != 3) return Invalid("link PATH PATH");
    files_.Link(path, std::string(kLogdir) + "/" + words[2]);
    return {};
  }
  std::string bytes = words.size() > 2 ? words[2] : "";
  if (bytes.starts_with("hex:")) {
    ASSIGN_OR_RETURN(bytes, FromHex(bytes.substr(4)));
  }
  for (const std::string& line : body) bytes += line + "\n";
  files_.Write(path, bytes);
  return {};
}

Status GoldenWorld::ChangeFile(const Words& words) {
  ASSIGN_OR_RETURN(const std::string run, PathOf(words[1]));
  const auto number = Option(words, "file");
  const std::string path = run + "/events.out.tfevents." + number.value_or("");
  if (words[0] == "remove") {
    files_.Remove(number ? path : run);
    std::erase_if(written_, [&](const std::string& file) {
      return number ? file == path : file.starts_with(run + "/");
    });
    return {};
  }
  if (words[0] == "restore") {
    files_.Append(path, std::exchange(cut_off_[path], {}));
    return {};
  }
  ASSIGN_OR_RETURN(const FileStat stat, files_.GetStat(path));
  ASSIGN_OR_RETURN(const int64_t number_given, ToInt(words.back()));
  return words[0] == "flip" ? Flip(path, stat.size_bytes, number_given)
                            : Truncate(path, stat.size_bytes, number_given);
}

Status GoldenWorld::Truncate(const std::string& path, uint64_t size_bytes, int64_t count) {
  if (count < 0 || static_cast<uint64_t>(count) > size_bytes) return Invalid("the file is shorter");
  const uint64_t size_left = size_bytes - static_cast<uint64_t>(count);
  std::string& cut_off = cut_off_[path];
  cut_off.resize(static_cast<size_t>(count));
  ASSIGN_OR_RETURN(const auto file, files_.Open(path));
  ASSIGN_OR_RETURN(const size_t read,
                   file->ReadAt(size_left, std::as_writable_bytes(std::span(cut_off))));
  cut_off.resize(read);
  files_.Truncate(path, size_left);
  return {};
}

Status GoldenWorld::Flip(const std::string& path, uint64_t size_bytes, int64_t place) {
  const auto offset =
      static_cast<uint64_t>(place < 0 ? static_cast<int64_t>(size_bytes) + place : place);
  ASSIGN_OR_RETURN(const auto file, files_.Open(path));
  std::byte byte{};
  ASSIGN_OR_RETURN(const size_t read, file->ReadAt(offset, {&byte, 1}));
  if (read != 1) return Invalid("the file has no such offset");
  const char flipped = static_cast<char>(std::to_integer<uint8_t>(byte) ^ 0x10);
  files_.Overwrite(path, offset, {&flipped, 1});
  return {};
}

Status GoldenWorld::AppendEvents(const Words& words, const std::vector<std::string>& body) {
  const auto number = Option(words, "file");
  if (!number) return Invalid("events RUN file=N");
  ASSIGN_OR_RETURN(const std::string directory, PathOf(words[1]));
  const std::string path = directory + "/events.out.tfevents." + *number;
  const bool is_new = written_.insert(path).second;
  if (is_new) wall_time_ += kFileSeconds;
  if (const auto wall = Option(words, "wall")) {
    const auto seconds = ParseDouble(*wall);
    if (!seconds) return Invalid("wall=SECONDS");
    wall_time_ = *seconds;
  }
  EventFile file;
  const bool says_version =
      !body.empty() && (body[0] == "no version" || body[0].starts_with("version"));
  if (is_new && !says_version) {
    RETURN_IF_ERROR(AppendEvent({"version", "brain.Event:2"}, file));
  }
  for (const std::string& line : body) {
    ASSIGN_OR_RETURN(const Words event, SplitWords(line));
    const Status status = AppendEvent(event, file);
    if (!status) return Invalid(line + ": " + status.error().message);
  }
  files_.Append(path, file.bytes());
  return {};
}

Status GoldenWorld::AppendEvent(const Words& words, EventFile& file) {
  if (words.size() < 2) return Invalid("too short");
  const auto next_wall_time = [this] {
    return std::exchange(wall_time_, wall_time_ + kRecordSeconds);
  };
  if (words[0] == "no") return {};
  if (words[0] == "scalar") return AppendScalars(words, file);
  if (IsGoldenValue(words[0])) return AppendValues(words, file);
  if (words[0] == "metadata") {
    ASSIGN_OR_RETURN(const std::string content, FromHex(Option(words, "content").value_or("")));
    metadata_[words[1]] =
        Metadata(Option(words, "plugin").value_or("scalars"), content,
                 Option(words, "display").value_or(""), Option(words, "description").value_or(""));
    return {};
  }
  if (words[0] == "version") {
    file.At(next_wall_time()).Version(words[1]);
    return {};
  }
  if (words[0] == "start") {
    ASSIGN_OR_RETURN(const int64_t step, ToInt(words[1]));
    file.At(next_wall_time()).Start(step);
    return {};
  }
  if (words[0] == "bytes") {
    ASSIGN_OR_RETURN(const std::string data, FromHex(words[1]));
    file.Record(data);
    return {};
  }
  return Invalid("no event " + words[0]);
}

// scalar TAG STEPS = VALUES [as TYPE]
Status GoldenWorld::AppendScalars(const Words& words, EventFile& file) {
  if (words.size() < 5 || words[3] != "=") return Invalid("scalar TAG STEPS = VALUES");
  const std::string& tag = words[1];
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, ParseSteps(words[2]));
  const std::vector<std::string_view> values = Split(words[4], ',');
  const std::string type = words.size() == 7 && words[5] == "as" ? words[6] : "";
  const auto given = metadata_.find(tag);
  const std::string metadata = given != metadata_.end() ? given->second
                               : type.empty()           ? std::string()
                                                        : Metadata("scalars");
  for (size_t i = 0; i < steps.size(); ++i) {
    std::string text(values[i % values.size()]);
    if (text == "step") text = std::to_string(steps[i]);
    std::string value;
    if (type.empty()) {
      const auto number = ParseDouble(text);
      if (!number) return Invalid(text + " is no number");
      value = SimpleValue(tag, static_cast<float>(*number), metadata);
    } else {
      ASSIGN_OR_RETURN(const std::string tensor, ToTensor(type, text));
      value = TensorValue(tag, tensor, metadata);
    }
    file.At(std::exchange(wall_time_, wall_time_ + kRecordSeconds)).Values(steps[i], {value});
  }
  return {};
}

// KIND TAG STEPS = ...
Status GoldenWorld::AppendValues(const Words& words, EventFile& file) {
  if (words.size() < 5 || words[3] != "=") return Invalid(words[0] + " TAG STEPS = ...");
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, ParseSteps(words[2]));
  const auto given = metadata_.find(words[1]);
  const std::string_view metadata = given == metadata_.end() ? std::string_view() : given->second;
  for (const int64_t step : steps) {
    ASSIGN_OR_RETURN(const std::string value,
                     MakeGoldenValue(words[0], words[1], std::span(words).subspan(4), metadata));
    file.At(std::exchange(wall_time_, wall_time_ + kRecordSeconds)).Values(step, {value});
  }
  return {};
}

void GoldenWorld::Load() {
  ingest_.Step();
  snapshot_ = cell_.Load();
}

Result<Response> GoldenWorld::Ask(Method method, std::string_view target, std::string body,
                                  std::string_view content_type, std::string_view accept) {
  ASSIGN_OR_RETURN(Target parsed, ParseTarget(target));
  Request request;
  request.method = method;
  request.path = std::move(parsed.path);
  request.query = std::move(parsed.query);
  request.body = std::move(body);
  if (!content_type.empty()) request.headers.emplace_back("content-type", content_type);
  if (!accept.empty()) request.headers.emplace_back("accept", accept);
  std::optional<Response> response = router_.Handle(request);
  if (!response) return Invalid("no route " + std::string(target));
  return *std::move(response);
}

}  // namespace stepscope
