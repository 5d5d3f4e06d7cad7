#pragma once

#include <string>

#include "store/hdf5.h"

namespace syncgap::store {

/// A file that grows under another name and is removed unless it is finished.
class UnfinishedFile {
 public:
  /// Removes what an earlier attempt left behind.
  explicit UnfinishedFile(const std::string& final_path);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  /// Where it grows.
  const std::string& path() const { return path_; }
  /// An empty HDF5 file there.
  Hdf5Id create() const;
  /// Syncs the closed file and gives it its name. Never replaces a file that is there.
  void finish();

 private:
  std::string final_path_, path_;
  bool finished_ = false;
};

}  // namespace syncgap::store
