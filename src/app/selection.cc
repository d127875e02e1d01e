#include "app/selection.h"

namespace stepscope {
namespace {

std::unique_ptr<re2::RE2> Compile(const std::string& expression) {
  if (expression.empty()) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  return std::make_unique<re2::RE2>(expression, options);
}

bool Matches(const re2::RE2* expression, std::string_view name) {
  return expression == nullptr ||
         re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *expression);
}

}  // namespace

Selection::Selection(const SelectionOptions& options)
    : runs_(Compile(options.runs)), tags_(Compile(options.tags)), tag_(options.tag) {}

bool Selection::HasRun(std::string_view name) const { return Matches(runs_.get(), name); }

bool Selection::HasTag(std::string_view name) const {
  return (!tag_ || *tag_ == name) && Matches(tags_.get(), name);
}

}  // namespace stepscope
