#include "data/idx_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <system_error>
#include <utility>
#include <vector>

#include "core/check.h"
#include "data/found_sets.h"

namespace syncgap::data {
namespace {

namespace fs = std::filesystem;

struct IdxName {
  std::string prefix;
  Part part = Part::train;
  bool labels = false;
  int rank = 0;  ///< of several files that are the same the least is taken

  bool means_the_same(const IdxName& other) const {
    return part == other.part && labels == other.labels;
  }
};

std::optional<IdxName> parse(const fs::path& path) {
  static const std::regex pattern(
      R"((.*?)(train|t10k|test)-(images|labels)([-.])idx\d-\w+?(\.gz)?)");
  const std::string name = path.filename().string();
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) return std::nullopt;
  return IdxName{match[1], match[2] == "train" ? Part::train : Part::test, match[3] == "labels",
                 (match[5].matched ? 2 : 0) + (match[4] == "." ? 1 : 0)};
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored))
    entries.push_back(it->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// The file itself, or the one in a folder of its name; nothing where that has none.
std::optional<fs::path> file_at(const fs::path& entry, const IdxName& name) {
  std::error_code ignored;
  if (!fs::is_directory(entry, ignored)) return entry;
  for (const fs::path& inner : entries_of(entry))
    if (const auto other = parse(inner); other && other->means_the_same(name)) return inner;
  return std::nullopt;
}

/// By prefix, the files of one part.
std::map<std::string, IdxFiles> files_of(const std::string& folder, Part part) {
  struct Ranked {
    IdxFiles files;
    int images = 9, labels = 9;
  };
  std::map<std::string, Ranked> ranked;
  for (const fs::path& entry : entries_of(folder)) {
    const auto name = parse(entry);
    if (!name || name->part != part) continue;
    const auto file = file_at(entry, *name);
    if (!file) continue;
    Ranked& set = ranked[name->prefix];
    int& rank = name->labels ? set.labels : set.images;
    if (name->rank >= rank) continue;
    rank = name->rank;
    (name->labels ? set.files.labels : set.files.images) = file->string();
  }
  std::map<std::string, IdxFiles> out;
  for (auto& [prefix, set] : ranked) out[prefix] = std::move(set.files);
  return out;
}

std::string list_of(const std::map<std::string, IdxFiles>& sets) {
  std::string text;
  for (const auto& [prefix, files] : sets)
    text += concat(text.empty() ? "\"" : ", \"", prefix, "\"");
  return text;
}

const char* stem_of(Part part) { return part == Part::train ? "train" : "t10k"; }

}  // namespace

IdxFiles find_idx_files(const std::string& folder, Part part, const std::string& prefix) {
  require_input(part != Part::validation, "IDX sets have no part for validation (", folder,
                ", data_part = \"", kParts.word(part), "\"): set data_part to train or test");
  const auto sets = files_of(folder, part);
  auto chosen = sets.find(prefix);
  if (chosen == sets.end() && prefix.empty() && sets.size() == 1) chosen = sets.begin();
  if (chosen == sets.end() && !sets.empty())
    throw InputError(concat(prefix.empty() ? "several data sets lie in one folder ("
                                           : "there is no such data set in the folder (",
                            folder, ", prefixes of its files ", list_of(sets),
                            prefix.empty() ? "" : concat(", saw \"", prefix, "\""),
                            "): set file_prefix to one of them"));
  const std::string stem = prefix + stem_of(part);
  if (chosen == sets.end() || (chosen->second.images.empty() && chosen->second.labels.empty()))
    refuse_missing(folder, "idx", stem + "-images-idx3-ubyte[.gz]");
  const IdxFiles& files = chosen->second;
  require_input(!files.images.empty(), "labels without images (", files.labels, ", no ",
                chosen->first, stem_of(part),
                "-images-idx3-ubyte[.gz] beside it): put the file there");
  require_input(!files.labels.empty(), "images without labels (", files.images, ", no ",
                chosen->first, stem_of(part),
                "-labels-idx1-ubyte[.gz] beside it): put the file there");
  return files;
}

bool has_idx_files(const std::string& folder, Part part, const std::string& prefix) {
  const auto sets = files_of(folder, part);
  const auto chosen = sets.find(prefix);
  if (chosen != sets.end()) return !chosen->second.images.empty();
  return prefix.empty() && sets.size() == 1 && !sets.begin()->second.images.empty();
}

}  // namespace syncgap::data
