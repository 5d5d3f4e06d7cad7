#include "tensor_files/zip_directory.h"

#include <algorithm>
#include <optional>

#include "tensor_files/bytes.h"

namespace syncgap::tensor_files {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50,
                        kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr std::size_t kEndBytes = 22, kLocator64Bytes = 20, kMaxComment = 0xffff;
constexpr std::uint32_t kIn64 = 0xffffffff;  ///< the true number is in the extra field
constexpr std::uint16_t kExtra64 = 1;

struct Directory {
  std::uint64_t begin = 0, size = 0, entries = 0;
};

const char* const kCutShort = "it is a zip file without the directory at its end: it is cut short";

/// The last record of the file, which a comment may follow.
std::optional<std::size_t> find_end(std::string_view file) {
  if (file.size() < kEndBytes) return {};
  const std::size_t last = file.size() - kEndBytes;
  for (std::size_t back = 0; back <= std::min(last, kMaxComment); ++back) {
    Bytes in(file.substr(last - back), "its zip directory");
    if (in.number<std::uint32_t>() != kEnd) continue;
    in.take(16);
    if (in.number<std::uint16_t>() == back) return last - back;
  }
  return {};
}

std::optional<Directory> read_end64(std::string_view file, std::size_t end) {
  if (end < kLocator64Bytes) return {};
  Bytes locator(file.substr(end - kLocator64Bytes), "its zip64 locator");
  if (locator.number<std::uint32_t>() != kLocator64) return {};
  locator.take(4);
  const auto at = locator.number<std::uint64_t>();
  require_format(at <= file.size(), "its zip64 directory would begin at byte ", at, " of ",
                 file.size());
  Bytes in(file.substr(at), "its zip64 directory");
  require_format(in.number<std::uint32_t>() == kEnd64, "there is no zip64 directory at byte ", at);
  in.take(8 + 2 + 2 + 4 + 4 + 8);  // its length, versions, volumes, entries of this volume
  Directory directory;
  directory.entries = in.number<std::uint64_t>();
  directory.size = in.number<std::uint64_t>();
  directory.begin = in.number<std::uint64_t>();
  return directory;
}

Directory find_directory(std::string_view file) {
  const auto end = find_end(file);
  require_format(end.has_value(), kCutShort);
  Directory directory;
  if (const auto large = read_end64(file, *end)) {
    directory = *large;
  } else {
    Bytes in(file.substr(*end), "its zip directory");
    in.take(4);
    const auto volume = in.number<std::uint16_t>(), first = in.number<std::uint16_t>();
    require_format(volume == 0 && first == 0, "it is one of several volumes of a zip file");
    in.take(2);
    directory.entries = in.number<std::uint16_t>();
    directory.size = in.number<std::uint32_t>();
    directory.begin = in.number<std::uint32_t>();
  }
  require_format(directory.begin <= *end && directory.size <= *end - directory.begin,
                 "its zip directory would take ", directory.size, " bytes from byte ",
                 directory.begin, ", the file has ", file.size());
  return directory;
}

/// Replaces what does not fit in 32 bits by the 64-bit numbers of the extra field, which has only
/// those, in this order.
void read_extra64(const std::string& name, std::string_view extra, std::uint64_t& plain_size,
                  std::uint64_t& size, std::uint64_t& header) {
  if (plain_size != kIn64 && size != kIn64 && header != kIn64) return;
  for (Bytes in(extra, "an extra field of its zip directory"); in.left() >= 4;) {
    const auto id = in.number<std::uint16_t>();
    Bytes field(in.take(in.number<std::uint16_t>()), "a zip64 field of its zip directory");
    if (id != kExtra64) continue;
    for (std::uint64_t* number : {&plain_size, &size, &header})
      if (*number == kIn64) *number = field.number<std::uint64_t>();
    return;
  }
  throw FormatError(concat("the zip directory gives no 64-bit size of ", name));
}

ZipEntry read_entry(Bytes& in) {
  require_format(in.number<std::uint32_t>() == kDirectoryEntry,
                 "its zip directory is damaged (entry before byte ", in.offset(), ")");
  in.take(4);
  const auto flags = in.number<std::uint16_t>();
  const auto method = in.number<std::uint16_t>();
  in.take(8);  // time, date, checksum
  std::uint64_t size = in.number<std::uint32_t>();
  std::uint64_t plain_size = in.number<std::uint32_t>();
  const auto name_length = in.number<std::uint16_t>(), extra_length = in.number<std::uint16_t>(),
             comment_length = in.number<std::uint16_t>();
  in.take(8);  // volume, attributes
  std::uint64_t header = in.number<std::uint32_t>();
  ZipEntry entry;
  entry.name = in.take(name_length);
  const std::string_view extra = in.take(extra_length);
  in.take(comment_length);
  require_format((flags & 1) == 0, "its entry ", entry.name, " is encrypted");
  read_extra64(entry.name, extra, plain_size, size, header);
  entry.compressed = method != 0;
  require_format(entry.compressed || size == plain_size, "its entry ", entry.name,
                 " is stored but has two sizes, ", size, " and ", plain_size);
  entry.size = size;
  entry.plain_size = plain_size;
  entry.header = header;
  return entry;
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(std::string_view file) {
  const Directory directory = find_directory(file);
  Bytes in(file.substr(directory.begin, directory.size), "its zip directory");
  std::vector<ZipEntry> entries;
  while (in.left() > 0) entries.push_back(read_entry(in));
  require_format(entries.size() == directory.entries, "its zip directory has ", entries.size(),
                 " entries and says ", directory.entries);
  return entries;
}

std::uint64_t bytes_of_entry(std::string_view file, const ZipEntry& entry) {
  if (entry.compressed)
    throw FormatError(
        concat("its entry ", entry.name, " is compressed, which torch.save never does"),
        "unpack it and pack it again without compression (zip -0), or save it again "
        "by torch.save");
  return place_of_entry(file, entry);
}

std::uint64_t place_of_entry(std::string_view file, const ZipEntry& entry) {
  require_format(entry.header <= file.size(), "its entry ", entry.name, " would begin at byte ",
                 entry.header, " of ", file.size());
  Bytes in(file.substr(entry.header), "a header of its zip file");
  require_format(in.number<std::uint32_t>() == kLocalHeader, "there is no header of its entry ",
                 entry.name, " at byte ", entry.header);
  in.take(22);  // sizes among them: written before they were known, where the writer streams
  const auto name_length = in.number<std::uint16_t>(), extra_length = in.number<std::uint16_t>();
  require_format(in.take(name_length) == entry.name, "the header at byte ", entry.header,
                 " is not that of its entry ", entry.name);
  in.take(extra_length);
  require_format(entry.size <= in.left(), "its entry ", entry.name, " of ", entry.size,
                 " bytes reaches out of the file");
  return entry.header + in.offset();
}

}  // namespace syncgap::tensor_files
