#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncgap::tensor_files::made_up {

/// A number as a file holds it.
template <class Number>
std::string little(std::uint64_t value) {
  const auto number = static_cast<Number>(value);
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One file in a zip file; a directory that lies about it is wanted by some tests.
struct ZipPart {
  std::string name, content;
  std::uint16_t method = 0, flags = 0;
  std::uint64_t hole = 0;   ///< bytes left out after the content: it grows by them
  std::uint64_t plain = 0;  ///< bytes of the content before it was packed; 0: it was not

  std::uint64_t plain_size() const { return plain > 0 ? plain : content.size(); }
};

/// The local header of a part.
inline std::string zip_header(const ZipPart& part) {
  const bool large = part.hole > 0;
  const std::uint64_t size = part.content.size() + part.hole;
  const std::string extra = large ? little<std::uint16_t>(1) + little<std::uint16_t>(16) +
                                        little<std::uint64_t>(size) + little<std::uint64_t>(size)
                                  : "";
  const std::string size32 = little<std::uint32_t>(large ? 0xffffffff : size),
                    plain32 = little<std::uint32_t>(large ? 0xffffffff : part.plain_size());
  return "PK\x03\x04" + little<std::uint16_t>(45) + little<std::uint16_t>(part.flags) +
         little<std::uint16_t>(part.method) + little<std::uint32_t>(0) + little<std::uint32_t>(0) +
         size32 + plain32 + little<std::uint16_t>(part.name.size()) +
         little<std::uint16_t>(extra.size()) + part.name + extra;
}

/// The entry of a part in the directory; its header is at byte `at`.
inline std::string zip_entry(const ZipPart& part, std::uint64_t at) {
  const std::uint64_t size = part.content.size() + part.hole;
  const bool large = part.hole > 0, far = at > 0xfffffffe;
  std::string extra;
  if (large) extra += little<std::uint64_t>(size) + little<std::uint64_t>(size);
  if (far) extra += little<std::uint64_t>(at);
  if (!extra.empty())
    // A field of another kind comes first, as it may.
    extra = little<std::uint16_t>(0x4246) + little<std::uint16_t>(3) + "ZZZ" +
            little<std::uint16_t>(1) + little<std::uint16_t>(extra.size()) + extra;
  const std::string size32 = little<std::uint32_t>(large ? 0xffffffff : size),
                    plain32 = little<std::uint32_t>(large ? 0xffffffff : part.plain_size());
  return "PK\x01\x02" + little<std::uint16_t>(45) + little<std::uint16_t>(45) +
         little<std::uint16_t>(part.flags) + little<std::uint16_t>(part.method) +
         little<std::uint32_t>(0) + little<std::uint32_t>(0) + size32 + plain32 +
         little<std::uint16_t>(part.name.size()) + little<std::uint16_t>(extra.size()) +
         little<std::uint16_t>(0) + std::string(8, '\0') +
         little<std::uint32_t>(far ? 0xffffffff : at) + part.name + extra;
}

/// What ends a zip file: the directory begins at byte `at`.
inline std::string zip_end(std::size_t entries, std::uint64_t size, std::uint64_t at) {
  std::string end;
  const bool far = at > 0xfffffffe;
  if (far)
    end = "PK\x06\x06" + little<std::uint64_t>(44) + little<std::uint32_t>(0x2d002d) +
          std::string(8, '\0') + little<std::uint64_t>(entries) + little<std::uint64_t>(entries) +
          little<std::uint64_t>(size) + little<std::uint64_t>(at) + "PK\x06\x07" +
          std::string(4, '\0') + little<std::uint64_t>(at + size) + little<std::uint32_t>(1);
  return end + "PK\x05\x06" + std::string(4, '\0') + little<std::uint16_t>(far ? 0xffff : entries) +
         little<std::uint16_t>(far ? 0xffff : entries) + little<std::uint32_t>(size) +
         little<std::uint32_t>(far ? 0xffffffff : at) + little<std::uint16_t>(0);
}

inline std::string zip(const std::vector<ZipPart>& parts) {
  std::string file, directory;
  for (const ZipPart& part : parts) {
    directory += zip_entry(part, file.size());
    file += zip_header(part) + part.content;
  }
  return file + directory + zip_end(parts.size(), directory.size(), file.size());
}

// Values of a pickle, each as the opcodes that leave it on the stack.

inline std::string text(std::string_view value) {
  return "X" + little<std::uint32_t>(value.size()) + std::string(value);
}
inline std::string number(std::int64_t value) {
  return "\x8a\x08" + little<std::int64_t>(static_cast<std::uint64_t>(value));
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(std::initializer_list<std::string> items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}
inline std::string numbers(std::initializer_list<std::int64_t> values) {
  std::string out = "(";
  for (const std::int64_t value : values) out += number(value);
  return out + "t";
}
inline std::string call(const std::string& what, const std::string& arguments) {
  return what + arguments + "R";
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out = "}(";
  for (const auto& [key, value] : pairs) out += text(key) + value;
  return out + "u";
}
inline std::string pickle(const std::string& root) { return "\x80\x02" + root + "."; }

inline std::string storage(const std::string& key, std::int64_t elements,
                           const std::string& type = global("torch", "FloatStorage")) {
  return tuple({text("storage"), type, text(key), text("cpu"), number(elements)}) + "Q";
}
inline std::string tensor(const std::string& storage, std::int64_t offset,
                          std::initializer_list<std::int64_t> shape,
                          std::initializer_list<std::int64_t> strides) {
  return call(global("torch._utils", "_rebuild_tensor_v2"),
              tuple({storage, number(offset), numbers(shape), numbers(strides), "\x89",
                     call(global("collections", "OrderedDict"), ")")}));
}

/// A file of torch.save whose pickle leaves `root`, with these storages.
inline std::string torch_file(const std::string& root,
                              const std::map<std::string, std::string>& storages,
                              const std::string& byte_order = "little") {
  std::vector<ZipPart> parts{{"m/data.pkl", pickle(root)}, {"m/byteorder", byte_order}};
  for (const auto& [key, content] : storages) parts.push_back({"m/data/" + key, content});
  return zip(parts);
}

}  // namespace syncgap::tensor_files::made_up
