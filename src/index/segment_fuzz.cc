// The segment reader on any bytes: it opens them or says why not, and whatever it hands out lies in
// the file and fits its checksum.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "index/segment.h"
#include "index/segment_writer.h"
#include "testing/memory_output_file.h"
#include "wire/crc32c.h"

namespace stepscope {
namespace {

// Enough for a body of several blocks.
constexpr uint64_t kMaxSegmentBytes = 3 * kSegmentBlockBytes;

void CheckWithin(std::span<const std::byte> bytes, const SharedBytes& shared) {
  CHECK(bytes.data() >= shared.bytes.data());
  CHECK(bytes.data() + bytes.size() <= shared.bytes.data() + shared.bytes.size());
}

// Returns how many sections gave all their bytes.
size_t ReadAll(std::string_view bytes) {
  const SharedBytes shared = ShareBytes(bytes);
  const auto segment = IndexSegment::Open(shared);
  if (!segment) {
    CHECK(segment.error().code == Code::kDataLoss || segment.error().code == Code::kUnimplemented);
    return 0;
  }
  CHECK((*segment)->file_bytes() == bytes.size());
  CheckWithin(std::as_bytes(std::span((*segment)->logdir())), shared);
  size_t whole_count = 0;
  for (size_t i = 0; i < (*segment)->section_count(); ++i) {
    const Section section(*segment, i);
    CheckWithin(std::as_bytes(std::span(section.run())), shared);
    const auto head = section.Head();
    if (head) CheckWithin(*head, shared);
    const uint64_t size = section.body_bytes();
    bool is_whole = head.has_value();
    for (uint64_t at = 0; at < size; at += std::min(kSegmentBlockBytes, size - at)) {
      const auto byte = section.Body(at, 1);
      if (byte) CheckWithin(*byte, shared);
      is_whole = is_whole && byte;
    }
    const auto body = section.Body();
    if (body) CheckWithin(*body, shared);
    CHECK(!is_whole || body);
    CHECK(section.Body(size, 1).error().code == Code::kOutOfRange);
    CHECK(section.Body(UINT64_MAX, UINT64_MAX).error().code == Code::kOutOfRange);
    whole_count += is_whole ? 1 : 0;
  }
  return whole_count;
}

uint8_t Take(std::string_view& script) {
  if (script.empty()) return 0;
  const auto byte = static_cast<uint8_t>(script[0]);
  script.remove_prefix(1);
  return byte;
}

// A segment with those sections that the script names.
std::string WriteSegment(std::string_view& script) {
  MemoryOutputFile file;
  SegmentWriter writer(file, {"/logs", 7, 1, 2, 3}, kMaxSegmentBytes);
  for (size_t left = Take(script) % 5; left > 0; --left) {
    const std::string_view run = script.substr(0, Take(script) % 20);
    const std::string head(Take(script), 'h');
    size_t body_bytes = Take(script);
    // Several blocks are slow under a sanitizer, so they are rare.
    if (Take(script) >= 0xf8) body_bytes <<= 13;
    const std::string body(body_bytes, 'b');
    static_cast<void>(writer.Add(run, std::as_bytes(std::span(head)),
                                 std::as_bytes(std::span(body))));  // It may not fit.
  }
  CHECK(writer.Finish());
  return file.content();
}

template <typename T>
void Seal(std::string& bytes, size_t offset) {
  const auto value = std::as_bytes(std::span(bytes)).subspan(offset, sizeof(T));
  const uint32_t crc = Crc32c(value.first(sizeof(T) - sizeof(uint32_t)));
  std::memcpy(&bytes[offset + sizeof(T) - sizeof(crc)], &crc, sizeof(crc));
}

// Gives header, directory and trailer the checksums that a hostile writer would give them.
void SealAll(std::string& bytes) {
  Seal<SegmentHeader>(bytes, 0);
  const size_t trailer_offset = bytes.size() - sizeof(SegmentTrailer);
  SegmentTrailer trailer;
  std::memcpy(&trailer, &bytes[trailer_offset], sizeof(trailer));
  const uint64_t directory_bytes = DirectoryBytes(trailer);
  if (trailer.directory_offset <= bytes.size() &&
      directory_bytes <= bytes.size() - trailer.directory_offset) {
    trailer.directory_crc =
        Crc32c(std::as_bytes(std::span(bytes)).subspan(trailer.directory_offset, directory_bytes));
    std::memcpy(&bytes[trailer_offset], &trailer, sizeof(trailer));
  }
  Seal<SegmentTrailer>(bytes, trailer_offset);
}

// Few random bytes are a segment, fewer one with right checksums. So the input is also a script:
// sections, then bytes to change, counted from the end, where directory and trailer are.
void RunScript(std::string_view script) {
  std::string bytes = WriteSegment(script);
  const size_t count = IndexSegment::Open(ShareBytes(bytes)).value()->section_count();
  CHECK(ReadAll(bytes) == count);
  while (script.size() >= 3) {
    const size_t back = Take(script) + (size_t{Take(script)} << 8);
    bytes[bytes.size() - 1 - back % bytes.size()] ^= static_cast<char>(Take(script));
  }
  ReadAll(bytes);
  SealAll(bytes);
  ReadAll(bytes);
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxBytes = 4096;  // More says nothing new.
  if (size > kMaxBytes) return -1;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  stepscope::ReadAll(bytes);
  stepscope::RunScript(bytes);
  return 0;
}
