#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

namespace syncgap {

/// A file could not be written: what() reads "cannot ACTION (PATH, REASON)". Who catches it says
/// what to do.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& action, const std::string& path, std::error_code code);
  std::error_code code() const { return code_; }

 private:
  std::error_code code_;
};

/// A file that grows under another name, PATH.writing, and gets its own in one step once its bytes
/// are on the disk: who opens PATH sees all of it or nothing, whatever was killed or lost its
/// power. Removed unless it is finished. All calls throw FileError.
class AtomicFile {
 public:
  enum class Existing { keep, replace };

  /// Removes what an earlier attempt left behind.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Where it grows, for libraries that write by name.
  const std::string& growing_path() const { return growing_; }
  /// Appends.
  void write(const void* data, std::size_t bytes);
  /// Syncs the file, gives it its name and syncs the folder. With Existing::keep an error if a file
  /// of that name is there.
  void finish(Existing existing);

 private:
  void open();
  [[noreturn]] void fail(const char* action, const std::string& path) const;

  std::string path_, growing_;
  int descriptor_ = -1;
  bool finished_ = false;
};

}  // namespace syncgap
