// Framing on any bytes: however they arrive, the same records come out, they lie where they say,
// and the memory is bounded by the bytes that are there.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "testing/scripted_file.h"
#include "wire/crc32c.h"
#include "wire/record_reader.h"

namespace stepscope {
namespace {

// Small, so that short inputs reach the streamed records.
constexpr uint64_t kMaxBufferedBytes = 64;

struct Outcome {
  std::vector<Record> records;  // Without their data.
  bool is_broken = false;
  uint64_t offset = 0;
  uint64_t pending_bytes = 0;
};

Outcome ReadAll(std::string_view bytes, size_t chunk_bytes) {
  std::vector<std::string> chunks;
  for (size_t at = 0; at < bytes.size(); at += chunk_bytes) {
    chunks.emplace_back(bytes.substr(at, chunk_bytes));
    chunks.emplace_back();  // The writer pauses: Next() returns nothing and is asked again.
  }
  size_t pauses = chunks.size() / 2;
  ScriptedFile file(std::move(chunks));
  RecordReader reader(file, 0, kMaxBufferedBytes);
  Outcome outcome;
  while (true) {
    const auto record = reader.Next();
    if (!record) {
      outcome.is_broken = true;
      break;
    }
    if (!*record) {
      if (pauses == 0) break;
      --pauses;
      continue;
    }
    CHECK((*record)->end() <= bytes.size());
    CHECK((*record)->is_streamed == ((*record)->length > kMaxBufferedBytes));
    const std::string_view data =
        bytes.substr((*record)->offset + kRecordHeaderBytes, (*record)->length);
    if (!(*record)->is_streamed) {
      CHECK((*record)->data.size() == data.size());
      CHECK(std::memcmp((*record)->data.data(), data.data(), data.size()) == 0);
    }
    const uint32_t crc = MaskCrc(Crc32cPortable(std::as_bytes(std::span(data))));
    CHECK((*record)->IsIntact() == (crc == (*record)->stored_crc));
    outcome.records.push_back(**record);
    outcome.records.back().data = {};
  }
  CHECK(file.largest_read_bytes() <= RecordReader::kBufferBytes);
  outcome.offset = reader.offset();
  outcome.pending_bytes = reader.pending_bytes();
  return outcome;
}

// Reaching past the first checksum takes a fuzzer for ever. So the input is taken twice: as it is,
// and as a script of records whose headers, and mostly data, get their right checksums.
std::string WithChecksums(std::string_view script) {
  std::string bytes;
  while (script.size() >= 2) {
    uint64_t claimed = static_cast<uint8_t>(script[0]);
    const auto how = static_cast<uint8_t>(script[1]);
    script.remove_prefix(2);
    const std::string_view data = script.substr(0, claimed);
    script.remove_prefix(data.size());
    if (how % 16 == 15) claimed <<= how / 4;  // Far more than there is.
    uint32_t header_crc = MaskCrc(Crc32cOfWord(claimed));
    if (how % 16 == 14) header_crc ^= 1;
    uint32_t data_crc = MaskedCrc32c(std::as_bytes(std::span(data)));
    if (how % 16 == 13) data_crc ^= 1;
    bytes.append(reinterpret_cast<const char*>(&claimed), sizeof(claimed));
    bytes.append(reinterpret_cast<const char*>(&header_crc), sizeof(header_crc));
    bytes.append(data);
    bytes.append(reinterpret_cast<const char*>(&data_crc), sizeof(data_crc));
  }
  return bytes.append(script);
}

void CheckAllChunkings(std::string_view bytes) {
  const Outcome whole = ReadAll(bytes, std::max<size_t>(bytes.size(), 1));
  CHECK(whole.is_broken || whole.offset + whole.pending_bytes == bytes.size());
  for (const size_t chunk_bytes : {1, 23}) {
    const Outcome outcome = ReadAll(bytes, chunk_bytes);
    CHECK(outcome.is_broken == whole.is_broken);
    CHECK(outcome.offset == whole.offset);
    CHECK(outcome.records.size() == whole.records.size());
    for (size_t i = 0; i < whole.records.size(); ++i) {
      CHECK(outcome.records[i].offset == whole.records[i].offset);
      CHECK(outcome.records[i].length == whole.records[i].length);
      CHECK(outcome.records[i].stored_crc == whole.records[i].stored_crc);
      CHECK(outcome.records[i].streamed_crc == whole.records[i].streamed_crc);
    }
  }
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxBytes = 400;  // More says nothing new and is read byte by byte.
  if (size > kMaxBytes) return -1;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  stepscope::CheckAllChunkings(bytes);
  stepscope::CheckAllChunkings(stepscope::WithChecksums(bytes));
  return 0;
}
