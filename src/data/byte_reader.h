#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace syncgap::data {

/// Reads a binary file from front to back and knows where it is, so that whatever is wrong is
/// reported with its byte offset. Gzip is recognised by content and undone on the way; offsets then
/// count the uncompressed bytes. All errors are InputErrors that name the file.
class ByteReader {
 public:
  /// Opens a file, raw or gzip.
  explicit ByteReader(const std::string& path);
  /// Reads from memory that outlives the reader; `name` is what messages call it.
  ByteReader(std::span<const std::uint8_t> bytes, std::string name);
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  const std::string& name() const { return name_; }
  /// Bytes read so far.
  std::uint64_t offset() const { return offset_; }

  /// Fills `out`; a file that ends too early is refused. `what` is wanted here ("the pixels").
  void read(std::span<std::uint8_t> out, const char* what);
  /// The next `count` bytes. Memory grows with what the file really has: a header that promises
  /// too much costs nothing.
  std::vector<std::uint8_t> read(std::uint64_t count, const char* what);
  /// A 32-bit number, most significant byte first.
  std::uint32_t read_u32(const char* what);
  /// False at the end of the file; otherwise a byte has been read into `out`.
  bool read_if_any(std::uint8_t& out);
  /// Refuses anything that follows.
  void expect_end(const char* after);

  /// Throws InputError "<wrong> (<file>, byte offset <at>, <seen>): <remedy>".
  [[noreturn]] void refuse(const std::string& wrong, std::uint64_t at, const std::string& seen,
                           const std::string& remedy) const;

 private:
  std::size_t read_some(std::span<std::uint8_t> out);

  std::string name_;
  std::uint64_t offset_ = 0;
  std::function<std::size_t(std::span<std::uint8_t>)> source_;
};

}  // namespace syncgap::data
