#include "wire/record_writer.h"

#include <cstdint>
#include <cstring>
#include <span>

#include "wire/crc32c.h"

namespace stepscope {

void AppendRecord(std::string_view data, std::string& out) {
  const uint64_t length = data.size();
  const uint32_t length_crc = MaskedCrc32c(std::as_bytes(std::span(&length, 1)));
  const uint32_t data_crc = MaskedCrc32c(std::as_bytes(std::span(data)));

  char header[sizeof(length) + sizeof(length_crc)];
  std::memcpy(header, &length, sizeof(length));
  std::memcpy(header + sizeof(length), &length_crc, sizeof(length_crc));
  out.append(header, sizeof(header));
  out.append(data);
  char footer[sizeof(data_crc)];
  std::memcpy(footer, &data_crc, sizeof(data_crc));
  out.append(footer, sizeof(footer));
}

}  // namespace stepscope
