#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace syncgap::tensor_files {

/// A whole file as memory: its pages are read when they are touched and given up when memory is
/// short. Writing to them changes a copy of the page, never the file.
class MappedFile {
 public:
  /// Throws InputError that names the file.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }
  char* data() const { return data_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace syncgap::tensor_files
