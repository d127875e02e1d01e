// The names under which TensorBoard's routes and its gRPC interface hand out single pictures,
// sounds and graphs (reference: tensorboard/backend/event_processing/data_provider.py,
// _encode_blob_key).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stepscope {

// Base64url, without padding, of the compact JSON list [experiment, plugin, run, tag, step, index].
// Clients take it for opaque; it says the same as upstream's so that their answers compare.
struct BlobKey {
  std::string experiment;
  std::string plugin;
  std::string run;
  std::string tag;
  int64_t step = 0;
  uint32_t index = 0;  // Of the blob in the step's sequence.

  // Invalid UTF-8 becomes U+FFFD, as names are shown.
  std::string Encode() const;
  // INVALID_ARGUMENT: no such key.
  static Result<BlobKey> Decode(std::string_view text);
};

}  // namespace stepscope
