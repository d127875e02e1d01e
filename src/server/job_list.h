// The requests that take long: running, or waiting for a thread that has the time.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "http/job.h"
#include "server/hang_up.h"

namespace stepscope {

// Whether a client may call a job that: 1 to 32 letters, digits, '-' and '_'.
bool IsJobName(std::string_view name);

// Belongs to the I/O thread.
class JobList {
 public:
  struct Item {
    std::string name;  // As the client chose it; empty: it does not want to know.
    std::shared_ptr<const Job> job;
    HangUp& client;
  };
  // Is in the list for as long as it lives; the list must outlive it.
  class Entry {
   public:
    Entry(JobList& list, Item item)
        : list_(list), at_(list.items_.insert(list.items_.end(), std::move(item))) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { list_.items_.erase(at_); }

   private:
    JobList& list_;
    std::list<Item>::iterator at_;
  };

  bool IsWatched() const;  // Whether any has a name.
  // How far those with names are: the text of a live message (docs/api.md).
  std::string Message() const;
  void StopAll();  // They end early, and their clients hear so.

 private:
  std::list<Item> items_;
};

}  // namespace stepscope
