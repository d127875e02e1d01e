// The one sanitiser of HTML that came from users: an allow-list, and everything else as text.
#pragma once

#include <string>
#include <string_view>

namespace stepscope {

// Lets through what TensorBoard does (tensorboard/plugin_util.py): the tags ul ol li p pre code
// blockquote h1-h6 hr br strong em a img table thead tbody td tr th, with a[href,title] and
// img[src,title,alt], and addresses that are relative or of http, https and mailto. Other tags come
// out as text, comments are dropped. The result is balanced and says nothing that its own tags and
// attributes do not say: each is written anew from what was understood.
std::string SanitizeHtml(std::string_view html);

// Text as HTML that shows it, between tags.
std::string EscapeHtml(std::string_view text);

}  // namespace stepscope
