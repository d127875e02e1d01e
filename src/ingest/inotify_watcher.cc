// Linux's inotify on directories: one watch each, none on files.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "ingest/logdir.h"
#include "ingest/watcher.h"

namespace stepscope {
namespace {

// Others write to these file systems without this kernel knowing. From linux/magic.h and the
// systems' own sources.
bool IsRemote(const std::string& path) {
  constexpr uint32_t kMagics[] = {
      0x6969,      // NFS
      0x517b,      // SMB
      0xff534d42,  // CIFS
      0xfe534d42,  // SMB 2
      0x65735546,  // FUSE: sshfs, gcsfuse, s3fs
      0x01021997,  // 9P
      0x5346414f,  // AFS
      0x73757245,  // Coda
      0x00c36400,  // Ceph
      0x0bd00bd0,  // Lustre
      0x47504653,  // GPFS
      0x786f4256,  // VirtualBox's shared folders
      0xbacbacbc,  // VMware's
      0x19830326,  // BeeGFS
  };
  struct statfs stat;
  if (::statfs(path.c_str(), &stat) != 0) return false;
  const auto magic = static_cast<uint32_t>(stat.f_type);
  return std::find(std::begin(kMagics), std::end(kMagics), magic) != std::end(kMagics);
}

constexpr uint32_t kListingEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr uint32_t kFileEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
constexpr uint32_t kSelfEvents = IN_DELETE_SELF | IN_MOVE_SELF;

class InotifyWatcher final : public Watcher {
 public:
  InotifyWatcher(int inotify, int wake) : inotify_(inotify), wake_(wake) {}
  InotifyWatcher(const InotifyWatcher&) = delete;
  InotifyWatcher& operator=(const InotifyWatcher&) = delete;
  ~InotifyWatcher() override {
    ::close(inotify_);
    ::close(wake_);
  }

  Answer Add(const std::string& key, const std::string& path, uint64_t device) override {
    const auto [remote, is_new] = is_remote_.try_emplace(device);
    if (is_new) remote->second = IsRemote(path);
    if (remote->second) return Answer::kUnsupported;
    const int watch = ::inotify_add_watch(inotify_, path.c_str(),
                                          kListingEvents | kFileEvents | kSelfEvents | IN_ONLYDIR);
    if (watch < 0) {
      const bool is_limit = errno == ENOSPC || errno == ENOMEM;
      return is_limit ? Answer::kExhausted : Answer::kFailed;
    }
    keys_[watch].push_back(key);
    watches_[key] = watch;
    return Answer::kWatched;
  }

  void Remove(const std::string& key) override {
    const auto found = watches_.find(key);
    if (found == watches_.end()) return;
    const int watch = found->second;
    watches_.erase(found);
    const auto keys = keys_.find(watch);
    if (keys == keys_.end()) return;
    std::erase(keys->second, key);
    if (!keys->second.empty()) return;
    keys_.erase(keys);
    ::inotify_rm_watch(inotify_, watch);  // Fails where the directory is gone already.
  }

  WatchedChanges Wait(std::chrono::nanoseconds timeout) override {
    const auto begin = std::chrono::steady_clock::now();
    WatchedChanges changes;
    while (true) {
      const auto left = timeout - (std::chrono::steady_clock::now() - begin);
      pollfd descriptors[] = {{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}};
      if (::poll(descriptors, std::size(descriptors), ToMilliseconds(timeout, left)) == 0) break;
      if (descriptors[0].revents != 0) ReadEvents(changes);
      if (descriptors[1].revents != 0) {
        uint64_t count;
        if (::read(wake_, &count, sizeof(count)) > 0) break;
      }
      // Whatever else is written beside event files is no reason to return.
      if (!changes.empty()) break;
    }
    return changes;
  }

  void Wake() override {
    const uint64_t one = 1;
    // Fails only where the counter is full, and then the reader wakes up anyway.
    if (::write(wake_, &one, sizeof(one)) < 0) return;
  }

 private:
  static int ToMilliseconds(std::chrono::nanoseconds timeout, std::chrono::nanoseconds left) {
    if (timeout < std::chrono::nanoseconds(0)) return -1;
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<int64_t>(ms, 0, std::numeric_limits<int>::max()));
  }

  void ReadEvents(WatchedChanges& changes) {
    alignas(inotify_event) char buffer[64 << 10];
    while (true) {
      const ssize_t size = ::read(inotify_, buffer, sizeof(buffer));
      if (size <= 0) return;
      for (const char* at = buffer; at < buffer + size;) {
        inotify_event event;
        std::memcpy(&event, at, sizeof(event));
        Note(event, event.len > 0 ? at + sizeof(event) : "", changes);
        at += sizeof(event) + event.len;
      }
    }
  }

  void Note(const inotify_event& event, const std::string& name, WatchedChanges& changes) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      changes.has_lost_events = true;
      return;
    }
    const auto found = keys_.find(event.wd);
    if (found == keys_.end()) return;
    const bool is_directory = (event.mask & IN_ISDIR) != 0;
    for (const std::string& key : found->second) {
      if ((event.mask & (kSelfEvents | IN_UNMOUNT)) != 0) {
        changes.directories[key].is_gone = true;
      } else if ((event.mask & kListingEvents) != 0) {
        DirectoryChange& change = changes.directories[key];
        change.has_new_listing = true;
        change.replaced.insert(name);  // A link to a directory looks like a file here.
        if (!is_directory && IsEventFileName(name)) AddName(name, change.written);
      } else if ((event.mask & kFileEvents) != 0 && !is_directory && IsEventFileName(name)) {
        AddName(name, changes.directories[key].written);
      } else if ((event.mask & IN_ATTRIB) != 0 && is_directory) {
        changes.directories[key].has_new_listing = true;  // It may be readable now.
        if (name.empty()) continue;
        changes.directories[key].replaced.insert(name);
      }
    }
    if ((event.mask & IN_IGNORED) != 0) {
      for (const std::string& key : found->second) watches_.erase(key);
      keys_.erase(found);
    }
  }

  static void AddName(const std::string& name, std::vector<std::string>& names) {
    if (names.empty() ||
        (names.back() != name && std::find(names.begin(), names.end(), name) == names.end())) {
      names.push_back(name);
    }
  }

  int inotify_;
  int wake_;
  std::unordered_map<int, std::vector<std::string>> keys_;  // By watch.
  std::unordered_map<std::string, int> watches_;            // By key.
  std::unordered_map<uint64_t, bool> is_remote_;            // By device.
};

}  // namespace

std::unique_ptr<Watcher> MakeInotifyWatcher() {
  const int inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) return nullptr;
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) {
    ::close(inotify);
    return nullptr;
  }
  return std::make_unique<InotifyWatcher>(inotify, wake);
}

}  // namespace stepscope
