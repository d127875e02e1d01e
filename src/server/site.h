// The whole site without a socket: who may ask, which path means what, and what goes back.
//
//   Admit   on the I/O thread, from the header alone: refuses, redirects, or lets the request in
//   Answer  on a handler thread, with the body: the page, our routes, the plugins' routes
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "http/router.h"
#include "plugin/plugin.h"
#include "server/api.h"
#include "server/assets.h"
#include "server/auth.h"
#include "server/limits.h"
#include "server/proxy.h"
#include "server/reply.h"

namespace stepscope {

inline constexpr std::string_view kLivePath = "/api/live";

struct SiteOptions {
  ServerOptions server;
  OriginCheck::Options origins;
  std::string allow_embedding;  // An origin whose pages may show ours in a frame, or "".
  std::span<const EmbeddedAsset> assets;
  std::span<const Plugin* const> plugins;  // AllPlugins(); what they point at lives for ever.
  const ProxyTable* proxy = nullptr;       // Null: nobody else answers. Must outlive the site.
};

// Thread-safe. The snapshots, files, stats and clock must outlive it.
class Site {
 public:
  // `gate` admits who has its token; null admits everyone. `on_link_spent` is called when the
  // sign-in link was used.
  Site(SiteOptions options, const SnapshotCell& snapshots, const FileSystem& files,
       const Stats& stats, const Clock& clock, std::unique_ptr<TokenGate> gate,
       std::function<void()> on_link_spent);

  // `request` has method and headers; its path and query are set from `target`.
  std::variant<Reply, Request> Admit(Request request, std::string_view target);
  Reply Answer(const Request& request) const;
  // Where on loopback a request that was admitted is answered instead, 0 for nowhere at the moment;
  // nothing where Answer() does it.
  std::optional<uint16_t> FindProxyPort(const Request& request) const;
  // What to put beside a policy of a page that is not ours.
  const std::string& frame_policy() const { return frame_policy_; }
  // For what the listener refuses itself: limits and damaged requests.
  Reply Refuse(int status, std::string text) const;

  // See CoreApi.
  void KeepUp() { api_.KeepUp(); }
  uint64_t tags_revision() const { return api_.tags_revision(); }
  ServerUse& use() { return use_; }

 private:
  Reply Finish(Reply reply, bool is_page) const;  // Adds the security headers.
  Reply FinishError(const Error& error) const;
  Reply Redirect(int status, std::string_view path, const Request& request,
                 std::string_view without_query) const;

  const SiteOptions options_;
  const OriginCheck origin_check_;
  const std::unique_ptr<TokenGate> gate_;
  const std::function<void()> on_link_spent_;
  const AssetTable assets_;
  ServerUse use_;
  CoreApi api_;
  Router router_;
  std::string frame_policy_;  // The part of both that says who may show them in a frame.
  std::string page_policy_;   // Content-Security-Policy of the page and its files.
  std::string data_policy_;   // Of everything else: nothing in it may run.
};

}  // namespace stepscope
