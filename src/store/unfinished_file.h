#pragma once

#include <string>

#include "core/atomic_file.h"
#include "store/hdf5.h"

namespace syncgap::store {

/// An HDF5 file that grows under another name and is removed unless it is finished.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(const std::string& final_path) : file_(final_path) {}

  /// Where it grows.
  const std::string& path() const { return file_.growing_path(); }
  /// An empty HDF5 file there.
  Hdf5Id create() const;
  /// Syncs the closed file and gives it its name. Never replaces a file that is there.
  void finish();

 private:
  AtomicFile file_;
};

}  // namespace syncgap::store
