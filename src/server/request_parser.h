// HTTP/1.1 bytes to a Request. For listener.cc alone, because it includes Beast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include "base/strings.h"
#include "http/request.h"

namespace stepscope {

inline Method ToMethod(boost::beast::http::verb verb) {
  switch (verb) {
    case boost::beast::http::verb::get:
      return Method::kGet;
    case boost::beast::http::verb::head:
      return Method::kHead;
    case boost::beast::http::verb::post:
      return Method::kPost;
    case boost::beast::http::verb::put:
      return Method::kPut;
    case boost::beast::http::verb::delete_:
      return Method::kDelete;
    case boost::beast::http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

// Collects a request. Beast's own message type would do, but it throws where a field is larger than
// 64 KiB.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(size_t max_header_bytes, size_t max_body_bytes) {
    header_limit(static_cast<uint32_t>(max_header_bytes));  // Of each: first line and fields.
    body_limit(max_body_bytes);
  }

  Request request;  // Method and headers.
  std::string target;
  std::string body;
  unsigned version = 11;
  bool expects_continue = false;  // It waits for a word before it sends the body.

  // What the WebSocket's handshake looks at.
  boost::beast::http::request<boost::beast::http::empty_body> Handshake() const {
    constexpr size_t kMaxValueBytes = 4096;
    boost::beast::http::request<boost::beast::http::empty_body> handshake(
        boost::beast::http::verb::get, "/", version);
    if (request.method != Method::kGet) handshake.method(boost::beast::http::verb::post);
    for (const auto& [name, value] : request.headers) {
      const bool is_asked = name == "host" || name == "connection" || name == "upgrade" ||
                            name.starts_with("sec-websocket-");
      if (is_asked && value.size() <= kMaxValueBytes) handshake.insert(name, value);
    }
    return handshake;
  }

 private:
  using View = boost::beast::string_view;
  using Length = boost::optional<uint64_t>;

  void on_request_impl(boost::beast::http::verb verb, View, View target_text, int version_number,
                       boost::system::error_code&) override {
    request.method = ToMethod(verb);
    target = target_text;
    version = static_cast<unsigned>(version_number);
  }
  void on_field_impl(boost::beast::http::field field, View name, View value,
                     boost::system::error_code&) override {
    request.headers.emplace_back(AsciiLower({name.data(), name.size()}), value);
    expects_continue |=
        field == boost::beast::http::field::expect && boost::beast::iequals(value, "100-continue");
  }
  size_t on_body_impl(View bytes, boost::system::error_code&) override { return Append(bytes); }
  size_t on_chunk_body_impl(uint64_t, View bytes, boost::system::error_code&) override {
    return Append(bytes);
  }
  void on_response_impl(int, View, int, boost::system::error_code&) override {}
  void on_header_impl(boost::system::error_code&) override {}
  void on_body_init_impl(const Length&, boost::system::error_code&) override {}
  void on_chunk_header_impl(uint64_t, View, boost::system::error_code&) override {}
  void on_finish_impl(boost::system::error_code&) override {}

  size_t Append(View bytes) {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
};

}  // namespace stepscope
