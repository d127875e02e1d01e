// A table as TensorFlow writes the index of a checkpoint, of blocks whose entries a test gives.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/crc32c.h"

namespace stepscope {

inline void AppendTableVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

template <typename T>
void AppendTableLittle(T value, std::string& out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// Without a part that is shared with the key before.
inline std::string TableEntry(std::string_view key, std::string_view value) {
  std::string entry;
  AppendTableVarint(0, entry);
  AppendTableVarint(key.size(), entry);
  AppendTableVarint(value.size(), entry);
  return entry.append(key).append(value);
}

// Appends a block and returns its handle.
inline std::string AppendTableBlock(std::string_view entries, std::string& table,
                                    char kind = '\0') {
  std::string block(entries);
  AppendTableLittle(uint32_t{0}, block);
  AppendTableLittle(uint32_t{1}, block);
  std::string handle;
  AppendTableVarint(table.size(), handle);
  AppendTableVarint(block.size(), handle);
  block += kind;
  table += block;
  AppendTableLittle(MaskedCrc32c(std::as_bytes(std::span(block))), table);
  return handle;
}

inline std::string FinishTable(std::string table, std::string_view index_handle) {
  std::string footer;
  AppendTableVarint(0, footer);
  AppendTableVarint(0, footer);
  footer += index_handle;
  footer.resize(40);
  AppendTableLittle(uint64_t{0xdb4775248b80fb57}, footer);
  table += footer;
  return table;
}

// A table of one block.
inline std::string MakeTable(std::string_view entries, char kind = '\0') {
  std::string table;
  const std::string block = AppendTableBlock(entries, table, kind);
  const std::string index = AppendTableBlock(TableEntry("z", block), table);
  return FinishTable(std::move(table), index);
}

}  // namespace stepscope
