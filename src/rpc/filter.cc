#include "rpc/filter.h"

#include "base/strings.h"

namespace stepscope {

std::string RpcName(std::string_view name) { return ToValidUtf8(name); }

bool NameSet::Has(std::string_view name) const {
  if (!names_) return true;
  return names_->contains(name) || names_->contains(RpcName(name));
}

}  // namespace stepscope
