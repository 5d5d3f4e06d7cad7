#include "data/byte_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <zlib.h>

#include "core/check.h"

namespace syncgap::data {
namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 24;

struct CloseGzip {
  void operator()(gzFile file) const { gzclose_r(file); }
};

const char* const kCopyAgain = "copy or download the file again";

}  // namespace

ByteReader::ByteReader(const std::string& path) : name_(path) {
  errno = 0;
  std::shared_ptr<gzFile_s> file(gzopen(path.c_str(), "rb"), CloseGzip());
  require_input(file != nullptr, "cannot open ", path, " (", std::strerror(errno),
                "): check the path and its permissions");
  gzbuffer(file.get(), 1U << 18);
  source_ = [this, file](std::span<std::uint8_t> out) -> std::size_t {
    const int got = gzread(file.get(), out.data(), static_cast<unsigned>(out.size()));
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    // Z_BUF_ERROR is a gzip stream that stops in its middle: the caller finds bytes missing, unless
    // it is the checksum at the end that is cut off.
    if (got < 0 || (code != Z_OK && code != Z_BUF_ERROR))
      refuse("the file cannot be read", offset_,
             code == Z_ERRNO ? std::strerror(errno) : std::string("zlib says ") + message,
             kCopyAgain);
    if (got == 0 && code == Z_BUF_ERROR)
      refuse("the compressed file is cut off", offset_, "its end is missing", kCopyAgain);
    return got;
  };
}

ByteReader::ByteReader(std::span<const std::uint8_t> bytes, std::string name)
    : name_(std::move(name)) {
  source_ = [bytes](std::span<std::uint8_t> out) mutable {
    const std::size_t count = std::min(out.size(), bytes.size());
    std::copy_n(bytes.begin(), count, out.begin());
    bytes = bytes.subspan(count);
    return count;
  };
}

std::size_t ByteReader::read_some(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t got = source_(out.subspan(done, std::min(out.size() - done, kMostAtOnce)));
    if (got == 0) break;
    done += got;
    offset_ += got;
  }
  return done;
}

void ByteReader::read(std::span<std::uint8_t> out, const char* what) {
  const std::size_t got = read_some(out);
  if (got < out.size())
    refuse("the file ends too early", offset_,
           concat(out.size() - got, " more bytes of ", what, " expected"), kCopyAgain);
}

std::vector<std::uint8_t> ByteReader::read(std::uint64_t count, const char* what) {
  std::vector<std::uint8_t> out;
  while (out.size() < count) {
    const std::size_t begin = out.size();
    const auto more = std::min<std::uint64_t>(count - begin, std::max(kMostAtOnce, begin));
    out.resize(begin + more);
    const std::size_t got = read_some(std::span(out).subspan(begin));
    if (got < more)
      refuse("the file ends too early", offset_,
             concat(count - begin - got, " more bytes of ", what, " expected"), kCopyAgain);
  }
  return out;
}

std::uint32_t ByteReader::read_u32(const char* what) {
  std::uint8_t b[4];
  read(b, what);
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

bool ByteReader::read_if_any(std::uint8_t& out) { return read_some({&out, 1}) == 1; }

void ByteReader::expect_end(const char* after) {
  std::uint8_t byte;
  const std::uint64_t at = offset_;
  if (read_if_any(byte))
    refuse(concat("there is more in the file than its header says"), at,
           concat("bytes after ", after), kCopyAgain);
}

void ByteReader::refuse(const std::string& wrong, std::uint64_t at, const std::string& seen,
                        const std::string& remedy) const {
  throw InputError(concat(wrong, " (", name_, ", byte offset ", at, ", ", seen, "): ", remedy));
}

}  // namespace syncgap::data
