// Several directories shown as one: TensorBoard's --logdir_spec=name:/path/a,other:/path/b. They
// become links in a directory of ours, below which runs have the names that TensorBoard gives them:
// name/run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stepscope {

struct NamedLogdir {
  std::string name;  // One or more plain path segments.
  std::string path;  // With '~' expanded; may not exist yet.

  bool operator==(const NamedLogdir&) const = default;
};

// As TensorBoard reads it (backend/application.py): a colon behind a first '/' belongs to the path.
// A directory without a name is called like its last segment, where TensorBoard would show its runs
// without any. INVALID_ARGUMENT, to be put behind the flag, for what is no such list or names two
// directories alike.
Result<std::vector<NamedLogdir>> ParseLogdirSpec(std::string_view spec);

// The directory with the links, below `parent`; the same one for the same list.
Result<std::string> LinkLogdirs(const std::vector<NamedLogdir>& logdirs, const std::string& parent);

}  // namespace stepscope
