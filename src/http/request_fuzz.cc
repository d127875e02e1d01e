// Any bytes as a request's target and as forms: parsed or refused, and a path never climbs.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/strings.h"
#include "http/request.h"

// The first line is the target, the second the content type, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto take_line = [&input] {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(line.size() < input.size() ? line.size() + 1 : input.size());
    return line;
  };

  const auto target = stepscope::ParseTarget(take_line());
  if (target) {
    CHECK(target->path.starts_with('/'));
    CHECK(target->path.find('\0') == std::string::npos);
    for (const std::string_view segment : stepscope::Split(target->path, '/')) {
      CHECK(segment != "." && segment != "..");
    }
  }

  stepscope::Request request;
  request.headers.emplace_back("content-type", take_line());
  request.body = input;
  const auto fields = stepscope::ParseForm(request);
  if (fields) {
    size_t bytes = 0;
    for (const auto& [name, value] : *fields) bytes += name.size() + value.size();
    CHECK(bytes <= size);
  }
  return 0;
}
