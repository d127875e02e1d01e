#include "server/tag_catalog.h"

#include <utility>

namespace stepscope {

TagCatalog::Picture TagCatalog::Get(std::span<const std::string_view> plugin_names) {
  is_wanted_ = true;
  std::unique_lock lock(mutex_);
  is_free_.wait(lock, [&] { return !is_updating_ || last_ != nullptr; });
  if (is_updating_) return PictureOf(*last_, plugin_names);

  const auto snapshot = snapshots_.Load();
  const bool is_first = index_.snapshot().runs.empty();
  if (is_first || index_.CountChanges(*snapshot) <= kQuickSeries) Update(lock, snapshot);
  Picture picture;
  picture.generation = index_.snapshot().generation;
  picture.revision = index_.revision();
  for (const std::string_view name : plugin_names) {
    picture.lists.push_back(index_.List(name));
    picture.series.push_back(index_.CountSeries(name));
  }
  return picture;
}

void TagCatalog::KeepUp() {
  const auto snapshot = snapshots_.Load();
  if (!is_wanted_ && !snapshot->progress.is_complete) return;
  std::unique_lock lock(mutex_);
  is_free_.wait(lock, [&] { return !is_updating_; });
  Update(lock, snapshot);
}

// A long update goes on without the lock; others see what was there before, if anything was.
void TagCatalog::Update(std::unique_lock<std::mutex>& lock,
                        std::shared_ptr<const Snapshot> snapshot) {
  if (snapshot->generation <= index_.snapshot().generation) return;
  if (index_.CountChanges(*snapshot) <= kQuickSeries) {
    index_.Update(std::move(snapshot));
  } else {
    if (!index_.snapshot().runs.empty()) {
      auto last = std::make_shared<Last>();
      last->generation = index_.snapshot().generation;
      last->revision = index_.revision();
      last->lists = index_.AllLists();
      for (const auto& [name, list] : last->lists) {
        last->series.emplace(name, index_.CountSeries(name));
      }
      last_ = std::move(last);
    }
    is_updating_ = true;
    lock.unlock();
    index_.Update(std::move(snapshot));
    const auto lists = index_.AllLists();  // So that the next request finds them made.
    lock.lock();
    is_updating_ = false;
    last_ = nullptr;
    is_free_.notify_all();
  }
  NoteSize();
}

TagCatalog::Picture TagCatalog::PictureOf(const Last& last,
                                          std::span<const std::string_view> plugin_names) {
  Picture picture;
  picture.generation = last.generation;
  picture.revision = last.revision;
  for (const std::string_view name : plugin_names) {
    const auto list = last.lists.find(name);
    const auto series = last.series.find(name);
    picture.lists.push_back(list == last.lists.end() ? NoTags() : list->second);
    picture.series.push_back(series == last.series.end() ? 0 : series->second);
  }
  return picture;
}

void TagCatalog::NoteSize() {
  revision_ = index_.revision();
  tags_ = index_.CountTags();
  bytes_ = index_.bytes();
}

}  // namespace stepscope
