#include "store/seal.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/checksum.h"
#include "store/record_error.h"

namespace syncgap::store {
namespace {

constexpr char kMagic[16] = "syncgap seal 1\n";

/// The last bytes of the file; the ranges stand before it.
struct Footer {
  std::uint64_t hdf5_length;
  std::uint64_t structure_checksum;
  std::uint64_t range_count;
  std::uint64_t seal_checksum;  // of the ranges and the fields above
  char magic[16];
};
static_assert(sizeof(Footer) == sizeof(SealEnd));

std::uint64_t checksum_outside(const File& file, std::uint64_t length,
                               const std::vector<ByteRange>& ranges) {
  Checksum sum;
  std::vector<char> buffer(kPiece);
  std::uint64_t at = 0;
  auto hash_until = [&](std::uint64_t end) {
    while (at < end) {
      const std::size_t bytes = std::min<std::uint64_t>(kPiece, end - at);
      file.read_at(at, buffer.data(), bytes);
      sum.add(buffer.data(), bytes);
      at += bytes;
    }
  };
  for (const ByteRange& range : ranges) {
    hash_until(range.offset);
    at = range.offset + range.length;
  }
  hash_until(length);
  return sum.value();
}

std::uint64_t seal_checksum(const Footer& footer, const std::vector<ByteRange>& ranges) {
  const std::uint64_t fields[3] = {footer.hdf5_length, footer.structure_checksum,
                                   footer.range_count};
  return checksum_of(ranges.data(), ranges.size() * sizeof(ByteRange),
                     checksum_of(fields, sizeof fields));
}

void check_signature(const File& file, const std::string& path) {
  char signature[8] = {};
  if (file.size() >= sizeof signature) file.read_at(0, signature, sizeof signature);
  if (std::memcmp(signature, "\211HDF\r\n\032\n", sizeof signature) != 0)
    throw RecordError(concat("this is not a syncgap record (", path,
                             ", it is not an HDF5 file): give the .h5 file a sweep wrote"));
}

}  // namespace

void write_seal(const std::string& path, std::vector<ByteRange> mutable_ranges) {
  std::erase_if(mutable_ranges, [](const ByteRange& range) { return range.length == 0; });
  std::sort(mutable_ranges.begin(), mutable_ranges.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  Footer footer{};
  {
    const File file(path, File::Mode::read);
    footer.hdf5_length = file.size();
    footer.structure_checksum = checksum_outside(file, footer.hdf5_length, mutable_ranges);
  }
  footer.range_count = mutable_ranges.size();
  footer.seal_checksum = seal_checksum(footer, mutable_ranges);
  std::memcpy(footer.magic, kMagic, sizeof kMagic);
  const File file(path, File::Mode::append);
  file.append(mutable_ranges.data(), mutable_ranges.size() * sizeof(ByteRange));
  file.append(&footer, sizeof footer);
  file.sync();
}

Seal check_seal(const std::string& path) {
  const File file(path, File::Mode::read);
  check_signature(file, path);
  const std::uint64_t size = file.size();
  auto broken = [&](const std::string& what) {
    return RecordError(concat("the record cannot be trusted (", path, ", ", what,
                              "): it is truncated or damaged; restore it from a copy, or give its "
                              "job a new record"));
  };
  Footer footer{};
  if (size < sizeof footer) throw broken("it ends before its seal");
  file.read_at(size - sizeof footer, &footer, sizeof footer);
  if (std::memcmp(footer.magic, kMagic, sizeof kMagic) != 0)
    throw RecordError(concat("the record cannot be trusted (", path,
                             ", its seal is missing): it is truncated, or another program had it "
                             "open for writing; `syncgap repair ",
                             path, "` looks which, and seals a record again"));
  Seal seal{footer.hdf5_length, footer.structure_checksum, {}};
  const std::uint64_t body = size - sizeof footer;
  if (footer.hdf5_length > body || (body - footer.hdf5_length) % sizeof(ByteRange) != 0 ||
      (body - footer.hdf5_length) / sizeof(ByteRange) != footer.range_count)
    throw broken("its length is not the one it was created with");
  seal.mutable_ranges.resize(footer.range_count);
  file.read_at(footer.hdf5_length, seal.mutable_ranges.data(),
               footer.range_count * sizeof(ByteRange));
  if (seal_checksum(footer, seal.mutable_ranges) != footer.seal_checksum)
    throw broken("its seal is damaged");
  std::uint64_t end = 0;
  for (const ByteRange& range : seal.mutable_ranges) {
    if (range.offset < end || range.length > seal.hdf5_length ||
        range.offset > seal.hdf5_length - range.length)
      throw broken("its seal contradicts itself");
    end = range.offset + range.length;
  }
  if (checksum_outside(file, seal.hdf5_length, seal.mutable_ranges) != seal.structure_checksum)
    throw broken("its structure does not match its checksum");
  return seal;
}

void check_record_file(const std::string& path) {
  refuse_folder(path, "the record");
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    throw RecordError(concat("there is no record here (", path, "): check the path"));
}

bool is_sealed(const std::string& path) {
  check_record_file(path);
  const File file(path, File::Mode::read);
  check_signature(file, path);
  Footer footer{};
  if (file.size() < sizeof footer) return false;
  file.read_at(file.size() - sizeof footer, &footer, sizeof footer);
  return std::memcmp(footer.magic, kMagic, sizeof kMagic) == 0;
}

SealEnd read_seal_end(const File& file) {
  SealEnd end{};
  const std::uint64_t size = file.size();
  if (size >= end.size()) file.read_at(size - end.size(), end.data(), end.size());
  return end;
}

}  // namespace syncgap::store
