// What a template says of an event is what the parsers say of it, whatever the two are.
//
// Input: the length of the first event (one byte), the first event, the second event. An empty
// second one stands for changes of the first, so that fitting ones are found soon.
#include <cstdint>
#include <span>
#include <string>

#include "base/check.h"
#include "wire/only_scalar_for_test.h"
#include "wire/scalar_template.h"

namespace stepscope {
namespace {

void Check(const ScalarTemplate& shape, const OnlyScalar& first, Bytes event) {
  ScalarTemplate::Reading reading;
  if (!ReadRecord(shape, event, reading)) return;
  const auto truth = ParseOnlyScalar(event);
  CHECK(truth.has_value());
  CHECK(truth->IsOfSameSeries(first));
  CHECK(std::bit_cast<uint64_t>(reading.wall_time) == truth->wall_time_bits);
  CHECK(reading.step == truth->step);
  CHECK(NumberBits(shape, reading) == truth->number.bits);
  CHECK(shape.type() == truth->number.type);
}

void CheckPair(Bytes first, Bytes second) {
  const auto shape = ScalarTemplate::Learn(first);
  if (!shape) return;
  const auto truth = ParseOnlyScalar(first);
  // A tensor of one element by its bytes may have a shape of more; only what was read as a number
  // is ever learnt from.
  if (!truth) return;
  Check(*shape, *truth, first);
  Check(*shape, *truth, second);
  std::string changed(reinterpret_cast<const char*>(first.data()), first.size());
  for (char& byte : changed) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      byte = static_cast<char>(byte ^ flip);
      Check(*shape, *truth, std::as_bytes(std::span(changed)));
      byte = static_cast<char>(byte ^ flip);
    }
  }
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const stepscope::Bytes events = std::as_bytes(std::span(data, size)).subspan(1);
  const size_t length = std::min<size_t>(data[0], events.size());
  stepscope::CheckPair(events.first(length), events.subspan(length));
  return 0;
}
