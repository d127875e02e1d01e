// Numbers and texts one behind the other in a string of bytes, and back: for what this program
// writes for itself. Little-endian as the machine; a text is its length in 32 bits and its bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace stepscope {

static_assert(std::endian::native == std::endian::little);

class ByteWriter {
 public:
  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void Put(T number) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &number, sizeof(T));
    bytes_.append(bytes, sizeof(T));
  }
  template <typename T>
  void Put(const std::optional<T>& number) {
    Put(number.has_value());
    Put(number.value_or(T{}));
  }
  void Put(std::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  void Put(const std::string& text) { Put(std::string_view(text)); }

  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
  std::string bytes_;
};

// Never reads beyond its bytes: once they are used up, everything is zero and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  T Get() {
    T number{};
    if constexpr (std::is_same_v<T, bool>) {
      number = Get<uint8_t>() != 0;
    } else if (const auto bytes = Take(sizeof(T)); !bytes.empty()) {
      std::memcpy(&number, bytes.data(), sizeof(T));
    }
    return number;
  }
  template <typename T>
  void Get(T& number) {
    number = Get<T>();
  }
  template <typename T>
  void Get(std::optional<T>& number) {
    const bool has_value = Get<bool>();
    const T value = Get<T>();
    number = has_value ? std::optional(value) : std::nullopt;
  }
  std::string GetText() {
    const auto bytes = Take(Get<uint32_t>());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  void Get(std::string& text) { text = GetText(); }
  // How many things follow, each of which takes at least `min_bytes`: 0 and not ok() for more than
  // there can be, so that nothing is reserved on the word of a number.
  size_t GetCount(size_t min_bytes) {
    const auto count = Get<uint64_t>();
    if (count > rest_.size() / min_bytes) Fail();
    return is_ok_ ? static_cast<size_t>(count) : 0;
  }

  bool ok() const { return is_ok_; }
  bool at_end() const { return rest_.empty(); }
  void Fail() {
    is_ok_ = false;
    rest_ = {};
  }

 private:
  std::span<const std::byte> Take(size_t size) {
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::span<const std::byte> rest_;
  bool is_ok_ = true;
};

}  // namespace stepscope
