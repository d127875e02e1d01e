// Which runs and tags a subcommand looks at.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <re2/re2.h>

#include "app/flags.h"

namespace stepscope {

class Selection {
 public:
  explicit Selection(const SelectionOptions& options);  // Expressions that the flags checked.

  bool HasRun(std::string_view name) const;
  bool HasTag(std::string_view name) const;
  bool has_all_runs() const { return runs_ == nullptr; }
  bool has_all_tags() const { return tags_ == nullptr && !tag_; }

 private:
  std::unique_ptr<re2::RE2> runs_;  // Null: all.
  std::unique_ptr<re2::RE2> tags_;
  std::optional<std::string> tag_;
};

}  // namespace stepscope
