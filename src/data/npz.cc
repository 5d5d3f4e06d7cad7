#include "data/npz.h"

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <regex>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>
#include <zlib.h>

#include "core/check.h"
#include "core/numbers.h"
#include "data/found_sets.h"
#include "data/plain_arrays.h"
#include "tensor_files/format_error.h"
#include "tensor_files/mapped_file.h"
#include "tensor_files/zip_directory.h"

namespace syncgap::data {
namespace {

using tensor_files::FormatError;
using tensor_files::require_format;
using tensor_files::ZipEntry;
using Bytes = std::vector<std::uint8_t>;

/// Deflate makes nothing shorter than this.
constexpr std::uint64_t kMostShrinking = 1040;

/// At most the first `most` bytes of an entry, unpacked.
Bytes unpack(std::string_view file, const ZipEntry& entry, std::uint64_t most) {
  const auto packed = file.substr(tensor_files::place_of_entry(file, entry), entry.size);
  require_format(entry.plain_size / kMostShrinking <= entry.size, "its entry ", entry.name,
                 " says it has ", entry.plain_size, " bytes, packed in ", entry.size);
  Bytes out(std::min(most, entry.plain_size));
  if (!entry.compressed) {
    std::copy_n(packed.begin(), out.size(), out.begin());
    return out;
  }
  z_stream stream{};
  require_format(inflateInit2(&stream, -MAX_WBITS) == Z_OK, "zlib cannot begin");
  std::size_t taken = 0, made = 0;
  int code = Z_OK;
  while (made < out.size() && code == Z_OK) {
    constexpr std::size_t kAtOnce = std::size_t{1} << 24;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + taken));
    stream.avail_in = static_cast<uInt>(std::min(kAtOnce, packed.size() - taken));
    stream.next_out = out.data() + made;
    stream.avail_out = static_cast<uInt>(std::min(kAtOnce, out.size() - made));
    const uInt in = stream.avail_in, room = stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    made += room - stream.avail_out;
  }
  inflateEnd(&stream);
  require_format(made == out.size(), "its entry ", entry.name, " cannot be unpacked after byte ",
                 made);
  return out;
}

/// What the header of an .npy array says.
struct ArrayHeader {
  std::string type;  ///< "|u1", "<i8"
  std::vector<std::uint64_t> extents;
  std::uint64_t begin = 0;  ///< of the values

  std::uint64_t count() const {
    std::uint64_t product = 1;
    for (const std::uint64_t extent : extents) {
      require_format(extent > 0 && product <= (std::uint64_t{1} << 40) / extent,
                     "it is empty or impossibly large");
      product *= extent;
    }
    return product;
  }
};

ArrayHeader read_header(const Bytes& bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  require_format(text.size() >= 12 && text.substr(0, 6) == "\x93NUMPY", "it is no NumPy array");
  const bool first = bytes[6] == 1;
  std::uint64_t length = bytes[8] | bytes[9] << 8;
  if (!first) length |= std::uint64_t{bytes[10]} << 16 | std::uint64_t{bytes[11]} << 24;
  ArrayHeader out;
  out.begin = (first ? 10 : 12) + length;
  require_format(out.begin <= text.size(), "its header is cut short");
  const std::string header(text.substr(first ? 10 : 12, length));
  static const std::regex type(R"('descr':\s*'([^']*)')"), order(R"('fortran_order':\s*False)"),
      shape(R"('shape':\s*\(([\d, ]*)\))"), number(R"(\d{1,18})");
  std::smatch match;
  require_format(std::regex_search(header, match, type), "its header names no plain type");
  out.type = match[1];
  require_format(std::regex_search(header, order), "it is stored by columns");
  require_format(std::regex_search(header, match, shape), "its header has no shape");
  const std::string list = match[1];
  for (std::sregex_iterator it(list.begin(), list.end(), number), end; it != end; ++it)
    out.extents.push_back(std::stoull(it->str()));
  return out;
}

/// The values of an array, in either order of their bytes.
struct StoredValues {
  std::span<const std::uint8_t> bytes;
  std::endian order = std::endian::little;

  template <class Number>
  Number at(std::uint64_t i) const {
    std::array<std::uint8_t, sizeof(Number)> value;
    std::copy_n(bytes.begin() + i * sizeof(Number), sizeof(Number), value.begin());
    if (order != std::endian::native) std::reverse(value.begin(), value.end());
    return std::bit_cast<Number>(value);
  }
};

template <class Number>
std::vector<std::int64_t> integers(const StoredValues& stored, std::uint64_t count) {
  std::vector<std::int64_t> out(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Number value = stored.at<Number>(i);
    // Beyond what is a label anyway.
    out[i] = std::in_range<std::int64_t>(value) ? static_cast<std::int64_t>(value) : -1;
  }
  return out;
}

template <class Number>
std::vector<float> reals(const StoredValues& stored, std::uint64_t count) {
  std::vector<float> out(count);
  for (std::uint64_t i = 0; i < count; ++i) out[i] = static_cast<float>(stored.at<Number>(i));
  return out;
}

PlainArray read_array(const std::string& name, const Bytes& bytes) {
  const ArrayHeader header = read_header(bytes);
  const std::string& type = header.type;
  const std::string what = concat("its values are of type ", type,
                                  ", not whole numbers of 1 to 8 bytes or reals of 4 or 8");
  require_format(type.size() == 3 && std::string_view("<>|").find(type[0]) != std::string::npos &&
                     type[2] >= '1' && type[2] <= '8',
                 what);
  PlainArray out;
  out.name = name;
  out.extents = header.extents;
  out.element_bytes = unsigned_size(type[2] - '0');
  const std::uint64_t count = header.count();
  const StoredValues stored{std::span(bytes).subspan(header.begin),
                            type[0] == '>' ? std::endian::big : std::endian::little};
  require_format(stored.bytes.size() == count * out.element_bytes, "its header says ", count,
                 " values of ", out.element_bytes, " bytes, there are ", stored.bytes.size(),
                 " bytes");
  const std::string kind = type.substr(1);
  if (kind == "u1")
    out.values = Bytes(stored.bytes.begin(), stored.bytes.end());
  else if (kind == "i1")
    out.values = integers<std::int8_t>(stored, count);
  else if (kind == "i2")
    out.values = integers<std::int16_t>(stored, count);
  else if (kind == "u2")
    out.values = integers<std::uint16_t>(stored, count);
  else if (kind == "i4")
    out.values = integers<std::int32_t>(stored, count);
  else if (kind == "u4")
    out.values = integers<std::uint32_t>(stored, count);
  else if (kind == "i8")
    out.values = integers<std::int64_t>(stored, count);
  else if (kind == "u8")
    out.values = integers<std::uint64_t>(stored, count);
  else if (kind == "f4")
    out.values = reals<float>(stored, count);
  else if (kind == "f8")
    out.values = reals<double>(stored, count);
  else
    throw FormatError(what, "");
  return out;
}

/// An .npz file and the names in it.
class Npz {
 public:
  explicit Npz(const std::string& path) : path_(path), file_(path) {
    refuse_damage([&] { entries_ = tensor_files::read_zip_directory(file_.bytes()); }, path_);
  }

  /// The images (or labels) of a part, under either name; null where there are none.
  const ZipEntry* find(Part part, bool labels) const {
    const std::string word = kParts.word(part);
    for (const std::string& name :
         {word + (labels ? "_labels.npy" : "_images.npy"), (labels ? "y_" : "x_") + word + ".npy"})
      for (const ZipEntry& entry : entries_)
        if (entry.name == name) return &entry;
    return nullptr;
  }
  const ZipEntry& get(Part part, bool labels) const {
    if (const ZipEntry* entry = find(part, labels)) return *entry;
    std::string names;
    for (const ZipEntry& entry : entries_) names += (names.empty() ? "" : ", ") + entry.name;
    const char* word = kParts.word(part);
    throw InputError(concat("the file has no ", labels ? "labels" : "images", " of the part ", word,
                            " (", path_, ", which holds ", names.empty() ? "nothing" : names,
                            "): set data_part to a part it has, or store them as ", word,
                            labels ? "_labels" : "_images"));
  }

  PlainArray array(Part part, bool labels) const {
    const ZipEntry& entry = get(part, labels);
    const std::string name = concat(path_, ", array ", entry.name);
    PlainArray out;
    refuse_damage([&] { out = read_array(name, unpack(file_.bytes(), entry, entry.plain_size)); },
                  name);
    return out;
  }
  std::vector<std::uint64_t> extents(Part part) const {
    const ZipEntry& entry = get(part, false);
    std::vector<std::uint64_t> out;
    // No header of a plain array is longer.
    refuse_damage([&] { out = read_header(unpack(file_.bytes(), entry, 4096)).extents; },
                  concat(path_, ", array ", entry.name));
    return out;
  }

 private:
  template <class Read>
  static void refuse_damage(const Read& read, const std::string& where) {
    try {
      read();
    } catch (const FormatError& error) {
      throw InputError(concat("this cannot be read as images in an .npz file (", where, ", ",
                              error.what(),
                              "): copy or download the file again, or write it by "
                              "numpy.savez with arrays of bytes"));
    }
  }

  std::string path_;
  tensor_files::MappedFile file_;
  std::vector<ZipEntry> entries_;
};

void require_npz(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) refuse_missing(path, "npz", "an .npz file");
}

}  // namespace

ImageSet read_npz(const std::string& path, Part part, std::int64_t class_count) {
  require_npz(path);
  const Npz file(path);
  PlainArray images = file.array(part, false);
  return images_from_arrays(std::move(images), file.array(part, true), class_count);
}

ImageOutline peek_npz(const std::string& path, Part part) {
  require_npz(path);
  const Npz file(path);
  const ImageOutline outline = outline_of(concat(path, ", images"), file.extents(part));
  file.get(part, true);
  return outline;
}

bool has_npz_part(const std::string& path, Part part) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && Npz(path).find(part, false) != nullptr;
}

}  // namespace syncgap::data
