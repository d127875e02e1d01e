#include "plugins/projector/table_walk.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "wire/crc32c.h"

namespace stepscope {
namespace {

constexpr size_t kFooterBytes = 48;
constexpr size_t kTrailerBytes = 5;  // Of a block.
constexpr uint64_t kMagic = 0xdb4775248b80fb57;
constexpr uint8_t kUncompressed = 0;

Error Damaged(std::string_view what) {
  return {Code::kDataLoss, "the checkpoint's index is damaged: " + std::string(what)};
}

template <typename T>
T LoadLittle(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  constexpr int kMaxShift = 63;
  uint64_t value = 0;
  for (int shift = 0; shift <= kMaxShift && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

struct Handle {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};

std::optional<Handle> TakeHandle(std::string_view& bytes) {
  const auto offset = TakeVarint(bytes);
  const auto size = offset ? TakeVarint(bytes) : std::nullopt;
  if (!size) return std::nullopt;
  return Handle{*offset, *size};
}

class TableWalk {
 public:
  TableWalk(std::string_view table, size_t max_key_bytes)
      : table_(table), max_key_bytes_(max_key_bytes), bytes_left_(table.size()) {}

  Status Walk(const TableEntryVisitor& visit) {
    if (table_.size() < kFooterBytes) return Damaged("it has no footer");
    std::string_view footer = table_.substr(table_.size() - kFooterBytes);
    if (LoadLittle<uint64_t>(footer.substr(kFooterBytes - 8)) != kMagic) {
      return Damaged("it does not end as one does");
    }
    if (!TakeHandle(footer)) return Damaged("its footer");
    const auto index = TakeHandle(footer);
    if (!index) return Damaged("its footer");
    ASSIGN_OR_RETURN(const std::string_view block, Block(*index));
    return WalkBlock(block, [&](std::string_view, std::string_view value) -> Status {
      const auto handle = TakeHandle(value);
      if (!handle) return Damaged("where a block lies");
      ASSIGN_OR_RETURN(const std::string_view entries, Block(*handle));
      return WalkBlock(entries, visit);
    });
  }

 private:
  // The entries of a block. Each byte of a table belongs to one block, so that blocks that lie on
  // each other are damage, and work is bounded by the table's size.
  Result<std::string_view> Block(const Handle& handle) {
    if (handle.size_bytes > bytes_left_ || bytes_left_ - handle.size_bytes < kTrailerBytes ||
        handle.offset > table_.size() ||
        table_.size() - handle.offset < handle.size_bytes + kTrailerBytes) {
      return Damaged("a block lies outside");
    }
    bytes_left_ -= handle.size_bytes + kTrailerBytes;
    const std::string_view block = table_.substr(handle.offset, handle.size_bytes);
    const std::string_view trailer = table_.substr(handle.offset + handle.size_bytes);
    const auto checked = std::as_bytes(std::span(block.data(), block.size() + 1));
    if (MaskedCrc32c(checked) != LoadLittle<uint32_t>(trailer.substr(1))) {
      return Damaged("a block fails its checksum");
    }
    if (static_cast<uint8_t>(trailer[0]) != kUncompressed) {
      return Error{Code::kUnimplemented, "the checkpoint's index is compressed"};
    }
    if (block.size() < sizeof(uint32_t)) return Damaged("a block is too short");
    const uint64_t restarts = LoadLittle<uint32_t>(block.substr(block.size() - sizeof(uint32_t)));
    const uint64_t tail_bytes = (restarts + 1) * sizeof(uint32_t);
    if (tail_bytes > block.size()) return Damaged("a block is too short");
    return block.substr(0, block.size() - tail_bytes);
  }

  Status WalkBlock(std::string_view entries, const TableEntryVisitor& visit) const {
    std::string key;
    while (!entries.empty()) {
      const auto shared = TakeVarint(entries);
      const auto rest = shared ? TakeVarint(entries) : std::nullopt;
      const auto value = rest ? TakeVarint(entries) : std::nullopt;
      if (!value || *shared > key.size() || *rest > entries.size() ||
          *value > entries.size() - *rest || *shared + *rest > max_key_bytes_) {
        return Damaged("an entry");
      }
      key.resize(*shared);
      key.append(entries.substr(0, *rest));
      RETURN_IF_ERROR(visit(key, entries.substr(*rest, *value)));
      entries.remove_prefix(*rest + *value);
    }
    return {};
  }

  const std::string_view table_;
  const size_t max_key_bytes_;
  uint64_t bytes_left_;  // Of the table, for blocks.
};

}  // namespace

Status WalkTable(std::string_view table, size_t max_key_bytes, const TableEntryVisitor& visit) {
  return TableWalk(table, max_key_bytes).Walk(visit);
}

}  // namespace stepscope
