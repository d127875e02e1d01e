// Errors as values: Status, Result<T> and the two macros that pass errors on.
//
// The codes are those of google.rpc.Code. The interface follows std::expected, which g++ 12 does
// not have in C++20.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace stepscope {

enum class Code : uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

std::string_view CodeName(Code code);  // "INVALID_ARGUMENT", ...

// Why something failed: `message` is a sentence for the user, without a trailing period.
struct Error {
  Code code = Code::kUnknown;
  std::string message;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit.
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit.

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Undefined unless has_value().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  // Undefined when has_value().
  Error& error() & { return *std::get_if<1>(&state_); }
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

// The result of what has no value: either fine or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit.

  bool has_value() const { return error_.code == Code::kOk; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_{Code::kOk, {}};
};

}  // namespace stepscope

#define STEPSCOPE_CONCAT_INNER(a, b) a##b
#define STEPSCOPE_CONCAT(a, b) STEPSCOPE_CONCAT_INNER(a, b)
#define STEPSCOPE_ASSIGN_OR_RETURN(result, declaration, expression) \
  auto result = (expression);                                       \
  if (!result) return std::move(result).error();                    \
  declaration = *std::move(result)

// ASSIGN_OR_RETURN(const Stat stat, file.GetStat()); returns the error from the enclosing function.
#define ASSIGN_OR_RETURN(declaration, expression) \
  STEPSCOPE_ASSIGN_OR_RETURN(STEPSCOPE_CONCAT(result_, __LINE__), declaration, expression)

// RETURN_IF_ERROR(file.Sync());
#define RETURN_IF_ERROR(expression)                                               \
  do {                                                                            \
    if (auto status_ = (expression); !status_) return std::move(status_).error(); \
  } while (false)
