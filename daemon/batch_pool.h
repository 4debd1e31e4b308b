#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "parsers/batch.h"

namespace vigil {

/// Batches are made on one thread and let go of on another, thousands a second. The pool takes them back, so
/// that a warm daemon neither allocates nor has fresh pages zeroed per batch. Thread-safe; outlived by no
/// batch's last user.
///
/// Four batches share a slab of 2 MiB, which the kernel may back with one huge page: when the rules are
/// behind and hundreds of batches wait for them, their memory then costs a seventh to get (1.4 us a page of 4
/// KiB on a virtual machine, 0.2 us as part of a huge one). A slab is unmapped with the last of its batches.
class BatchPool : public std::enable_shared_from_this<BatchPool> {
 public:
  static constexpr std::size_t kSlabBytes = std::size_t{2} * 1024 * 1024;
  static constexpr std::size_t kBatchMemory = kSlabBytes / 4;
  /// Of it for the raw bytes: what an Intake fills a batch to and the smallest read that may still begin
  /// then. The rest holds some 900 records.
  static constexpr std::size_t kArenaBytes = std::size_t{320} * 1024;
  /// Batches kept, 16 MiB: more than the writer and the rules hold while they keep up.
  static constexpr std::size_t kKeptMax = 32;

  std::shared_ptr<Batch> take();

 private:
  using Batches = std::vector<std::unique_ptr<Batch>>;
  void add_slab();
  void give_back(std::unique_ptr<Batch> batch);
  void keep(std::unique_ptr<Batch> batch);

  std::mutex mutex_;
  /// By falling address of their memory and taken from the end, so that few slabs stay in use and others can
  /// go.
  Batches kept_;
};

}  // namespace vigil
