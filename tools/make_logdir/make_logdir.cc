// make_logdir OUT --runs R --tags T --steps S [--format torch|tf] [--seed N]
//
// Writes a synthetic log directory for benchmarks: R runs of one event file, each with S scalars of
// T tags, byte for byte in the layouts that PyTorch's SummaryWriter (simple_value) and tf.summary
// (a tensor with metadata) write. The same arguments give the same bytes. Prints what it wrote as
// one line of key=value.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "wire/proto_writer.h"
#include "wire/record_writer.h"

namespace stepscope {
namespace {

// Field numbers of TensorFlow's event.proto, summary.proto and tensor.proto.
constexpr uint32_t kEventWallTime = 1;
constexpr uint32_t kEventStep = 2;
constexpr uint32_t kEventFileVersion = 3;
constexpr uint32_t kEventSummary = 5;
constexpr uint32_t kEventSourceMetadata = 10;
constexpr uint32_t kSummaryValue = 1;
constexpr uint32_t kValueTag = 1;
constexpr uint32_t kValueSimpleValue = 2;
constexpr uint32_t kValueTensor = 8;

constexpr std::string_view kTorchWriter = "tensorboard.summary.writer.event_file_writer";
constexpr std::string_view kTfWriter = "tensorflow.core.util.events_writer";

constexpr double kStartTime = 1700000000.0;  // Of the first run, in seconds since the epoch.
constexpr double kSecondsBetweenRuns = 3600;
constexpr size_t kChunkBytes = 1 << 20;

struct Arguments {
  std::string out;
  int64_t runs = 20;
  int64_t tags = 50;
  int64_t steps = 10'000;
  std::string format = "torch";
  uint64_t seed = 0;
};

// SplitMix64: small, and the same numbers with every compiler and library.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }  // In [0, 1).

 private:
  uint64_t state_;
};

// A falling curve with noise, as losses are: all of a float32's mantissa is in use.
struct Curve {
  std::string tag;
  double start = 0;
  double end = 0;
  double half_life_steps = 0;
  double noise = 0;

  float At(int64_t step, Random& random) const {
    const double left = half_life_steps / (half_life_steps + static_cast<double>(step));
    const double noisy = 1 + noise * (random.Uniform() - 0.5);
    return static_cast<float>((end + (start - end) * left) * noisy);
  }
};

std::vector<Curve> MakeCurves(const Arguments& arguments, Random& random) {
  constexpr const char* kPrefixes[] = {"train", "val", "optimizer", "grad_norm"};
  std::vector<Curve> curves;
  for (int64_t i = 0; i < arguments.tags; ++i) {
    char tag[64];
    std::snprintf(tag, sizeof(tag), "%s/metric_%02lld", kPrefixes[i % 4],
                  static_cast<long long>(i / 4));
    curves.push_back(
        {.tag = tag,
         .start = 0.5 + 10 * random.Uniform(),
         .end = random.Uniform() * 0.5,
         .half_life_steps = 1 + random.Uniform() * static_cast<double>(arguments.steps) / 4,
         .noise = 0.02 + 0.3 * random.Uniform()});
  }
  return curves;
}

std::string_view AsBytes(const float& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

void AppendTorchValue(const Curve& curve, float value, std::string& out) {
  ProtoWriter writer(out);
  writer.Bytes(kValueTag, curve.tag);
  writer.Float(kValueSimpleValue, value);
}

// tensor {dtype: DT_FLOAT, tensor_shape {}, tensor_content}, metadata {plugin_data {"scalars"}}.
void AppendTfValue(const Curve& curve, float value, std::string& out) {
  using std::string_view_literals::operator""sv;
  constexpr auto kTensorHead = "\x08\x01\x12\x00\x22\x04"sv;
  constexpr auto kMetadata = "\x4a\x0b\x0a\x09\x0a\x07scalars"sv;
  ProtoWriter writer(out);
  writer.Bytes(kValueTag, curve.tag);
  writer.BytesHead(kValueTensor, kTensorHead.size() + sizeof(value));
  out.append(kTensorHead).append(AsBytes(value)).append(kMetadata);
}

std::string VersionEvent(double wall_time, bool is_tf) {
  std::string source;
  ProtoWriter(source).Bytes(1, is_tf ? kTfWriter : kTorchWriter);
  std::string event;
  ProtoWriter writer(event);
  writer.Double(kEventWallTime, wall_time);
  writer.Bytes(kEventFileVersion, "brain.Event:2");
  writer.Bytes(kEventSourceMetadata, source);
  return event;
}

// Where errors end: the tool does one thing and has nobody to hand them to.
[[noreturn]] void Die(const std::string& what, const std::string& path, const std::string& reason) {
  std::fprintf(stderr, "make_logdir: %s %s: %s\n", what.c_str(), path.c_str(), reason.c_str());
  std::exit(1);
}

class OutputFile {
 public:
  explicit OutputFile(std::string path)
      : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wx")) {
    if (file_ == nullptr) Die("cannot create", path_, std::strerror(errno));
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (std::fclose(file_) != 0) Die("cannot write", path_, std::strerror(errno));
  }

  void Write(const std::string& bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
      Die("cannot write", path_, std::strerror(errno));
    }
    bytes_ += bytes.size();
  }
  uint64_t bytes() const { return bytes_; }

 private:
  const std::string path_;
  std::FILE* file_;
  uint64_t bytes_ = 0;
};

std::string EventFilePath(const Arguments& arguments, int64_t run, double start_time) {
  char name[128];
  std::snprintf(name, sizeof(name), "%s/run_%04lld", arguments.out.c_str(),
                static_cast<long long>(run));
  std::error_code error;
  std::filesystem::create_directories(name, error);
  if (error) Die("cannot make directory", name, error.message());
  return std::string(name) + "/events.out.tfevents." +
         std::to_string(static_cast<int64_t>(start_time)) + ".host.1." + std::to_string(run) +
         (arguments.format == "tf" ? ".v2" : "");
}

// Returns the bytes written.
uint64_t WriteRun(const Arguments& arguments, int64_t run) {
  const bool is_tf = arguments.format == "tf";
  Random random(arguments.seed * 1'000'003 + static_cast<uint64_t>(run));
  const std::vector<Curve> curves = MakeCurves(arguments, random);
  double wall_time = kStartTime + kSecondsBetweenRuns * static_cast<double>(run);
  OutputFile file(EventFilePath(arguments, run, wall_time));

  std::string chunk;
  std::string event;
  std::string value;
  std::string summary;
  AppendRecord(VersionEvent(wall_time, is_tf), chunk);
  for (int64_t step = 0; step < arguments.steps; ++step) {
    wall_time += 0.1 + 0.02 * random.Uniform();  // One step of training,
    double now = wall_time;
    for (const Curve& curve : curves) {
      now += 40e-6 + 30e-6 * random.Uniform();  // and one call of add_scalar.
      value.clear();
      (is_tf ? AppendTfValue : AppendTorchValue)(curve, curve.At(step, random), value);
      summary.clear();
      ProtoWriter(summary).Bytes(kSummaryValue, value);
      event.clear();
      ProtoWriter writer(event);
      writer.Double(kEventWallTime, now);
      if (step != 0) writer.Int64(kEventStep, step);
      writer.Bytes(kEventSummary, summary);
      AppendRecord(event, chunk);
    }
    if (chunk.size() >= kChunkBytes) {
      file.Write(chunk);
      chunk.clear();
    }
  }
  file.Write(chunk);
  return file.bytes();
}

uint64_t WriteRuns(const Arguments& arguments) {
  std::atomic<int64_t> next_run = 0;
  std::atomic<uint64_t> bytes = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (int64_t run = next_run++; run < arguments.runs; run = next_run++) {
        bytes += WriteRun(arguments, run);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return bytes;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Writes a synthetic log directory of scalars");
  app.add_option("out", arguments.out, "The log directory; must not exist or be empty")->required();
  app.add_option("--runs", arguments.runs, "Runs, one event file each")->check(CLI::PositiveNumber);
  app.add_option("--tags", arguments.tags, "Tags of a run")->check(CLI::PositiveNumber);
  app.add_option("--steps", arguments.steps, "Steps of a tag")->check(CLI::PositiveNumber);
  app.add_option("--format", arguments.format, "Whose layout")
      ->check(CLI::IsMember({"torch", "tf"}));
  app.add_option("--seed", arguments.seed, "Other values for another seed");
  CLI11_PARSE(app, argc, argv);

  std::error_code error;
  if (std::filesystem::exists(arguments.out, error) &&
      !std::filesystem::is_empty(arguments.out, error)) {
    Die("will not write into", arguments.out, "it is not empty");
  }
  const uint64_t bytes = WriteRuns(arguments);
  const int64_t scalars = arguments.runs * arguments.tags * arguments.steps;
  std::printf("runs=%lld tags=%lld steps=%lld scalars=%lld bytes=%llu format=%s\n",
              static_cast<long long>(arguments.runs), static_cast<long long>(arguments.tags),
              static_cast<long long>(arguments.steps), static_cast<long long>(scalars),
              static_cast<unsigned long long>(bytes), arguments.format.c_str());
  return 0;
}

}  // namespace
}  // namespace stepscope

int main(int argc, char** argv) { return stepscope::Main(argc, argv); }
