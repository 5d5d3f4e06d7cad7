#include "data/found_sets.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <regex>
#include <system_error>
#include <utility>
#include <vector>

#include "core/check.h"

namespace syncgap::data {
namespace {

namespace fs = std::filesystem;

/// A file that says by its name what it is part of.
struct Found {
  fs::path file;
  std::string data_format;  ///< the option that reads it; empty: none does
  std::string remedy;       ///< where none does
};

std::optional<Found> recognize(const fs::path& file) {
  struct Kind {
    std::regex name;
    const char* data_format;
    const char* remedy;
  };
  static const std::array kinds{
      Kind{std::regex(R"(.*(train|t10k|test)-(images|labels)[-.]idx\d-\w+(\.gz)?)"), "idx", ""},
      Kind{std::regex(R"((data_batch_\d|test_batch)(\.bin(\.gz)?)?)"), "cifar10", ""},
      Kind{std::regex(R"((train|test)(\.bin(\.gz)?)?)"), "cifar100", ""},
      Kind{std::regex(R"(.*\.npz)"), "npz", ""},
      Kind{std::regex(R"(.*\.(h5|hdf5|he5))"), "hdf5", ""},
      Kind{
          std::regex(R"(.*\.npy)"), "",
          "write images and labels into one file by numpy.savez, as train_images and train_labels"},
      Kind{std::regex(R"(.*\.(tar|tgz|zip|xz|tar\.\w+))"), "", "unpack it"},
      Kind{
          std::regex(R"(.*\.(png|jpe?g|ppm|pgm|bmp|tiff?|webp|parquet))", std::regex::icase), "",
          "write the images into one HDF5 file, datasets images (n, H, W) of bytes and labels (n)"},
  };
  for (const Kind& kind : kinds)
    if (std::regex_match(file.filename().string(), kind.name))
      return Found{file, kind.data_format, kind.remedy};
  return std::nullopt;
}

/// A folder of a million images is not looked through to the end.
constexpr std::size_t kMostEntries = 20000;

/// What lies in a folder and two folders deep: rather what the wanted format reads than what
/// another does, rather that than what none does, and then the nearest.
std::optional<Found> look(const fs::path& folder, const std::string& data_format) {
  const auto rank = [&](const Found& found) {
    return found.data_format == data_format ? 0 : found.data_format.empty() ? 2 : 1;
  };
  std::optional<Found> best;
  std::vector<fs::path> level{folder};
  std::size_t left = kMostEntries;
  for (int depth = 0; depth <= 2 && (!best || rank(*best) > 0); ++depth) {
    std::vector<fs::path> next;
    for (const fs::path& each : level) {
      std::error_code ignored;
      std::vector<fs::path> entries;
      for (fs::directory_iterator it(each, ignored), end; it != end && left > 0;
           it.increment(ignored), --left)
        entries.push_back(it->path());
      std::sort(entries.begin(), entries.end());
      for (const fs::path& entry : entries) {
        if (fs::is_directory(entry, ignored)) {
          next.push_back(entry);
          continue;
        }
        auto found = recognize(entry);
        if (found && (!best || rank(*found) < rank(*best))) best = std::move(found);
      }
    }
    level = std::move(next);
  }
  return best;
}

/// "set data_format = "cifar10"" and whatever else leads to these files.
std::string way_to(const Found& found, const fs::path& path, const std::string& data_format) {
  if (found.data_format.empty()) return found.remedy;
  const bool one_file = found.data_format == "npz" || found.data_format == "hdf5";
  const fs::path place = one_file ? found.file : found.file.parent_path();
  std::string text;
  if (found.data_format != data_format) text = "data_format = \"" + found.data_format + "\"";
  if (place != path)
    text += concat(text.empty() ? "" : " and ", "data_path = \"", place.string(), "\"");
  return text.empty() ? "put the missing file beside it" : "set " + text;
}

}  // namespace

void refuse_missing(const std::string& path, const std::string& data_format,
                    const std::string& missing) {
  std::error_code ignored;
  // Without a slash at the end, as files in it are named.
  fs::path place = fs::path(path).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  std::string seen, remedy;
  if (path == "/usr/share/datasets/fashion-mnist" && !fs::exists(path, ignored)) {
    seen = "there is no such folder";
    remedy =
        "install Debian's dataset-fashion-mnist, which makes it, or set data_path to the images";
  } else if (!fs::exists(path, ignored)) {
    seen = "there is no such file or folder";
    remedy = "set data_path to the images";
  } else if (const auto found =
                 fs::is_directory(path, ignored) ? look(place, data_format) : recognize(place)) {
    seen = fs::is_directory(path, ignored)
               ? concat("which holds ", found->file.lexically_relative(place).string())
               : std::string("which is a file");
    remedy = way_to(*found, place, data_format);
  } else {
    seen = fs::is_directory(path, ignored) ? "a folder without any images known here"
                                           : "a file of no known kind";
    remedy = "set data_path to the images and data_format to how they are stored";
  }
  throw InputError(
      concat("no images found: ", missing, " is not there (", path, ", ", seen, "): ", remedy));
}

}  // namespace syncgap::data
