#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace syncgap::store {

/// What is filled or hashed at a time.
inline constexpr std::size_t kPiece = std::size_t{1} << 20;

/// Throws RecordError where a folder is named instead of a file; `what` is "the record".
void refuse_folder(const std::string& path, const char* what);

/// Move-only owner of a POSIX file descriptor; all calls retry on EINTR and throw RecordError with
/// the system's reason and the path.
class File {
 public:
  enum class Mode { read, read_write, append };

  File() = default;
  File(std::string path, Mode mode);
  ~File();
  File(File&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        map_(std::exchange(other.map_, nullptr)),
        mapped_(std::exchange(other.mapped_, 0)) {}
  File& operator=(File&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(map_, other.map_);
    std::swap(mapped_, other.mapped_);
    return *this;
  }

  std::uint64_t size() const;
  /// True if `path` names this very file now.
  bool is_at(const std::string& path) const;
  /// Whether other hosts may have it open, by the kind of its file system.
  bool is_on_network() const;
  /// How many hard links it has.
  std::uint64_t name_count() const;
  void read_at(std::uint64_t offset, void* data, std::size_t bytes) const;
  /// Whether these bytes stand there now. Through the map, if there is one, it costs no system
  /// call.
  bool holds_at(std::uint64_t offset, const void* data, std::size_t bytes) const;
  void write_at(std::uint64_t offset, const void* data, std::size_t bytes) const;
  /// Turns small writes into stores to a shared memory map, without a system call and without the
  /// file's lock. Sound only where every process that writes the file runs on this node; does
  /// nothing on file systems that are not local or may still run out of space. Other programs see
  /// the bytes at once, and they outlive a kill as those of write_at do.
  void map_small_writes();
  void append(const void* data, std::size_t bytes) const;
  /// Cuts the file to this length.
  void cut(std::uint64_t length) const;
  /// Asks the disk for all bytes of the file now, so that writing them later cannot fail for want
  /// of space; where the file system does not know how, nothing happens.
  void reserve() const;
  void sync() const;
  int descriptor() const { return descriptor_; }

 private:
  std::string path_;
  int descriptor_ = -1;
  char* map_ = nullptr;
  std::size_t mapped_ = 0;
};

}  // namespace syncgap::store
