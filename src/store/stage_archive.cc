#include "store/stage_archive.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "store/info_pool.h"

namespace stepscope {
namespace {

// Blocks of a column that was sealed again and again while it grew a little are put together once
// there are so many more than needed.
constexpr size_t kSpareBlocks = 4;

// Of a blob column in the body: steps, wall times, references.
constexpr size_t kBlobPointBytes = sizeof(int64_t) + sizeof(double) + sizeof(BlobRef);
static_assert(sizeof(BlobRef) == 24 && sizeof(BlockSummary) % 8 == 0);

ScalarColumnView Repacked(const ScalarColumnView& view) {
  ScalarColumn column;
  ScalarBuffer buffer;
  for (size_t b = 0; b < view.block_count(); ++b) {
    const ScalarSpan points = view.Read(b, buffer);
    for (size_t i = 0; i < points.size(); ++i) {
      column.Append(points.steps[i], points.wall_times[i], points.type, points.ValueBits(i));
    }
  }
  column.Seal();
  return column.View();
}

void PutInfo(const SeriesInfo& info, ByteWriter& head) {
  head.Put(info.tag);
  head.Put(info.plugin_name);
  head.Put(info.plugin_content);
  head.Put(info.display_name);
  head.Put(info.description);
  head.Put(info.data_class);
  head.Put(info.kind);
  head.Put(info.is_hidden);
}

SeriesInfo GetInfo(ByteReader& head) {
  SeriesInfo info;
  head.Get(info.tag);
  head.Get(info.plugin_name);
  head.Get(info.plugin_content);
  head.Get(info.display_name);
  head.Get(info.description);
  head.Get(info.data_class);
  head.Get(info.kind);
  head.Get(info.is_hidden);
  if (info.kind > SeriesKind::kBlob || info.data_class > DataClass::kBlobSequence) head.Fail();
  return info;
}

}  // namespace

void ArchiveBody::Add(std::span<const std::byte> piece) {
  if (piece.empty()) return;
  pieces_.push_back(piece);
  size_ += piece.size();
}

std::span<uint64_t> ArchiveBody::Allocate(size_t words) { return owned_.emplace_back(words); }

class StageArchive::Saver {
 public:
  Saver(const RunStage& stage, ByteWriter& head, ArchiveBody& body)
      : stage_(stage), head_(head), body_(body) {}

  void Save() {
    head_.Put(kFormat);
    head_.Put(stage_.is_loaded_);
    head_.Put(uint64_t{stage_.files_.size()});
    for (const auto& file : stage_.files_) SaveFile(*file);
    head_.Put(uint64_t{stage_.sorted_.size()});
    for (const SeriesStage* const series : stage_.sorted_) SaveSeries(*series);
  }

 private:
  void SaveFile(const FileStage& file) {
    head_.Put(file.info_.path);
    head_.Put(file.info_.bytes_read);
    head_.Put(file.info_.size_bytes);
    head_.Put(file.info_.first_wall_time);
    head_.Put(file.info_.last_wall_time);
    const FileStage::Contents& contents = file.contents_;
    head_.Put(contents.first_event_wall_time);
    head_.Put(contents.point_count);
    head_.Put(contents.version);
    head_.Put(contents.inherits_new_version);
    head_.Put(contents.start_count);
    head_.Put(contents.start_marks);
    head_.Put(contents.first_start);
    head_.Put(contents.lowest_later_start);
    head_.Put(contents.has_summary);
    head_.Put(contents.first_summary_step);
    head_.Put(contents.last_summary_step);
  }

  void SaveSeries(const SeriesStage& series) {
    const auto& strands = series.strands_;
    head_.Put(static_cast<uint64_t>(std::distance(strands.begin(), strands.end())));
    const SeriesInfo* last = nullptr;
    for (const StrandStage& strand : strands) {
      head_.Put(strand.file_->order_);
      // Nearly always all of them share one.
      head_.Put(strand.info_.get() != last);
      if (strand.info_.get() != last) PutInfo(*strand.info_, head_);
      last = strand.info_.get();
      head_.Put(uint64_t{strand.marks().size()});
      for (const StrandStage::Mark& mark : strand.marks()) {
        head_.Put(mark.position);
        head_.Put(mark.from_step);
        head_.Put(mark.cause);
      }
      head_.Put(body_.size());
      if (const auto* const scalars = std::get_if<ScalarColumn>(&strand.column_)) {
        SaveScalars(scalars->View());
      } else {
        SaveBlobs(std::get_if<BlobColumn>(&strand.column_)->View());
      }
    }
  }

  void SaveScalars(ScalarColumnView view) {
    const size_t needed = view.size() / kMaxBlockPoints + 1;
    if (view.block_count() > 2 * needed + kSpareBlocks) view = Repacked(view);

    head_.Put(uint64_t{view.block_count()});
    std::vector<const BlockSummary*> summaries;
    const auto save = [&](std::span<const std::byte> bytes, const BlockSummary* summary) {
      head_.Put(static_cast<uint32_t>(bytes.size()));
      head_.Put(summary != nullptr);
      body_.Add(bytes);
      if (summary != nullptr) summaries.push_back(summary);
    };
    for (size_t b = 0; b < view.sealed_count(); ++b) {
      const SealedBlock block = view.sealed(b);
      save(block.bytes, block.summary);
    }
    BlockSummary tail_summary;
    if (view.block_count() > view.sealed_count()) {
      ScalarBuffer unused;
      const ScalarSpan tail = view.Read(view.sealed_count(), unused);
      alignas(8) std::byte packed[kMaxBlockBytes];
      const size_t bytes = EncodeBlock(tail, packed);
      const std::span<uint64_t> words = body_.Allocate(bytes / sizeof(uint64_t));
      std::memcpy(words.data(), packed, bytes);
      const bool has_summary = tail.size() >= kMinSummaryPoints && Summarize(tail, tail_summary);
      save(std::as_bytes(words), has_summary ? &tail_summary : nullptr);
    }
    const std::span<uint64_t> words =
        body_.Allocate(summaries.size() * sizeof(BlockSummary) / sizeof(uint64_t));
    for (size_t i = 0; i < summaries.size(); ++i) {
      std::memcpy(words.data() + i * sizeof(BlockSummary) / sizeof(uint64_t), summaries[i],
                  sizeof(BlockSummary));
    }
    body_.Add(std::as_bytes(words));
    body_.views_.push_back(std::move(view));
  }

  void SaveBlobs(const BlobColumnView& view) {
    head_.Put(view.size());
    const std::span<uint64_t> words =
        body_.Allocate(view.size() * kBlobPointBytes / sizeof(uint64_t));
    uint64_t* steps = words.data();
    uint64_t* times = steps + view.size();
    uint64_t* refs = times + view.size();
    for (size_t b = 0; b < view.block_count(); ++b) {
      const BlobSpan block = view.block(b);
      std::memcpy(steps, block.steps.data(), block.steps.size_bytes());
      std::memcpy(times, block.wall_times.data(), block.wall_times.size_bytes());
      for (const BlobRef& ref : block.refs) {
        refs[0] = ref.record_offset;
        refs[1] = uint64_t{ref.value_offset} << 32 | ref.record_length;
        refs[2] = uint64_t{ref.blobs} << 32 | ref.value_length;
        refs += 3;
      }
      steps += block.size();
      times += block.size();
    }
    body_.Add(std::as_bytes(words));
  }

  const RunStage& stage_;
  ByteWriter& head_;
  ArchiveBody& body_;
};

class StageArchive::Restorer {
 public:
  Restorer(ByteReader& head, std::span<const std::byte> body,
           const std::shared_ptr<const void>& keep_alive, RunStage& stage)
      : head_(head), body_(body), keep_alive_(keep_alive), stage_(stage) {}

  bool Restore() {
    if (head_.Get<uint32_t>() != kFormat || !stage_.files_.empty()) return false;
    const bool is_loaded = head_.Get<bool>();
    const size_t file_count = head_.GetCount(/*min_bytes=*/64);
    for (size_t i = 0; i < file_count && head_.ok(); ++i) RestoreFile();
    if (!head_.ok() || !IsSorted()) return false;
    const size_t series_count = head_.GetCount(/*min_bytes=*/16);
    if (series_count > RunStage::kMaxSeries) return false;
    for (size_t i = 0; i < series_count && head_.ok(); ++i) RestoreSeries();
    stage_.file_ = nullptr;
    stage_.is_loaded_ = is_loaded;
    return head_.ok() && !stage_.has_kind_conflict_;
  }

 private:
  void RestoreFile() {
    FileStage& file = stage_.AddFile(head_.GetText());
    head_.Get(file.info_.bytes_read);
    head_.Get(file.info_.size_bytes);
    head_.Get(file.info_.first_wall_time);
    head_.Get(file.info_.last_wall_time);
    FileStage::Contents& contents = file.contents_;
    head_.Get(contents.first_event_wall_time);
    head_.Get(contents.point_count);
    head_.Get(contents.version);
    head_.Get(contents.inherits_new_version);
    head_.Get(contents.start_count);
    head_.Get(contents.start_marks);
    head_.Get(contents.first_start);
    head_.Get(contents.lowest_later_start);
    head_.Get(contents.has_summary);
    head_.Get(contents.first_summary_step);
    head_.Get(contents.last_summary_step);
  }

  // Orders are places in that list, so it must be the one that was saved.
  bool IsSorted() const {
    const auto& files = stage_.files_;
    return std::adjacent_find(files.begin(), files.end(), [](const auto& a, const auto& b) {
             return a->info_.path >= b->info_.path;
           }) == files.end();
  }

  void RestoreSeries() {
    const size_t strand_count = head_.GetCount(/*min_bytes=*/16);
    std::shared_ptr<const SeriesInfo> info;
    SeriesStage* series = nullptr;
    for (size_t i = 0; i < strand_count && head_.ok(); ++i) {
      const auto order = head_.Get<uint32_t>();
      if (head_.Get<bool>()) info = SharedInfo(GetInfo(head_));
      const bool is_new_tag = series == nullptr;
      if (!head_.ok() || !info || order >= stage_.files_.size() ||
          (!is_new_tag && info->tag != series->info_->tag) ||
          (is_new_tag && stage_.Find(info->tag) != nullptr)) {
        return head_.Fail();
      }
      stage_.file_ = stage_.files_[order].get();
      if (!is_new_tag && stage_.HasStrand(*series)) return head_.Fail();
      series = stage_.AddStrand(info);
      RestoreStrand(*series->current_);
    }
    if (series == nullptr) head_.Fail();
  }

  void RestoreStrand(StrandStage& strand) {
    const size_t mark_count = head_.GetCount(/*min_bytes=*/17);
    if (mark_count > 0) strand.marks_ = std::make_unique<StrandStage::Marks>();
    uint64_t position = 0;
    for (size_t i = 0; i < mark_count; ++i) {
      StrandStage::Mark mark;
      head_.Get(mark.position);
      head_.Get(mark.from_step);
      head_.Get(mark.cause);
      if (mark.position < position || mark.cause > StrandStage::Cause::kStepBack) head_.Fail();
      position = mark.position;
      strand.marks_->list.push_back(mark);
    }
    const auto offset = head_.Get<uint64_t>();
    if (offset > body_.size() || offset % 8 != 0) return head_.Fail();
    std::span<const std::byte> rest = body_.subspan(offset);
    if (auto* const scalars = std::get_if<ScalarColumn>(&strand.column_)) {
      RestoreScalars(rest, *scalars);
    } else {
      RestoreBlobs(rest, *std::get_if<BlobColumn>(&strand.column_));
    }
    if (position > strand.size()) head_.Fail();
  }

  void RestoreScalars(std::span<const std::byte> rest, ScalarColumn& column) {
    struct Block {
      SealedBlock sealed;
      bool has_summary = false;
    };
    std::vector<Block> blocks(head_.GetCount(/*min_bytes=*/5));
    for (Block& block : blocks) {
      const auto bytes = head_.Get<uint32_t>();
      block.has_summary = head_.Get<bool>();
      if (bytes > rest.size()) return head_.Fail();
      block.sealed.bytes = rest.first(bytes);
      const BlockShape shape = CheckBlock(block.sealed.bytes);
      if (shape.count == 0 || shape.bytes != bytes) return head_.Fail();
      block.sealed.count = shape.count;
      rest = rest.subspan(bytes);
    }
    for (Block& block : blocks) {
      if (block.has_summary) {
        if (rest.size() < sizeof(BlockSummary)) return head_.Fail();
        block.sealed.summary = reinterpret_cast<const BlockSummary*>(rest.data());
        if (block.sealed.summary->lowest_at >= block.sealed.count ||
            block.sealed.summary->highest_at >= block.sealed.count ||
            block.sealed.summary->piece_unit_bits >= 64) {
          return head_.Fail();
        }
        rest = rest.subspan(sizeof(BlockSummary));
      }
      column.AddMapped(block.sealed, keep_alive_);
    }
  }

  void RestoreBlobs(std::span<const std::byte> rest, BlobColumn& column) {
    const auto count = head_.Get<uint64_t>();
    if (count > rest.size() / kBlobPointBytes) return head_.Fail();
    const auto at = [&](uint64_t word) {
      uint64_t number;
      std::memcpy(&number, rest.data() + word * sizeof(number), sizeof(number));
      return number;
    };
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t ref = 2 * count + 3 * i;
      column.Append(static_cast<int64_t>(at(i)), std::bit_cast<double>(at(count + i)),
                    {.record_offset = at(ref),
                     .record_length = static_cast<uint32_t>(at(ref + 1)),
                     .value_offset = static_cast<uint32_t>(at(ref + 1) >> 32),
                     .value_length = static_cast<uint32_t>(at(ref + 2)),
                     .blobs = static_cast<uint32_t>(at(ref + 2) >> 32)});
    }
  }

  ByteReader& head_;
  const std::span<const std::byte> body_;
  const std::shared_ptr<const void>& keep_alive_;
  RunStage& stage_;
};

void StageArchive::Save(const RunStage& stage, ByteWriter& head, ArchiveBody& body) {
  Saver(stage, head, body).Save();
}

std::optional<std::vector<FileStage*>> StageArchive::Restore(
    ByteReader& head, std::span<const std::byte> body,
    const std::shared_ptr<const void>& keep_alive, RunStage& stage) {
  if (!Restorer(head, body, keep_alive, stage).Restore()) return std::nullopt;
  std::vector<FileStage*> files;
  files.reserve(stage.files_.size());
  for (const auto& file : stage.files_) files.push_back(file.get());
  return files;
}

}  // namespace stepscope
