#include <algorithm>
#include <map>
#include <sstream>

#include "core/check.h"
#include "store/record.h"

namespace syncgap::store {
namespace {

/// A value for a message; of a long one what stands around the first difference.
std::string around(const std::string& value, std::size_t difference) {
  constexpr std::size_t kBefore = 20, kShown = 100;
  if (value.size() <= kShown) return value;
  const std::size_t begin = difference > kBefore ? difference - kBefore : 0;
  const std::size_t end = std::min(value.size(), begin + kShown);
  return concat(begin > 0 ? "..." : "", value.substr(begin, end - begin),
                end < value.size() ? "..." : "");
}

}  // namespace

std::string identity_difference(const std::string& recorded, const std::string& wanted) {
  // A line is "what = value"; lines are compared by what stands before the sign.
  auto parse = [](const std::string& text) {
    std::map<std::string, std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      const auto sign = std::min(line.find(" = "), line.size());
      lines[line.substr(0, sign)] = sign < line.size() ? line.substr(sign + 3) : "";
    }
    return lines;
  };
  const auto before = parse(recorded), after = parse(wanted);
  std::string difference;
  for (const auto& [what, value] : before) {
    const auto found = after.find(what);
    if (found == after.end()) {
      difference += "\n  " + what + ": recorded " + around(value, 0) + ", the job has none";
    } else if (const std::string& other = found->second; other != value) {
      const std::size_t first =
          std::mismatch(value.begin(), value.end(), other.begin(), other.end()).first -
          value.begin();
      difference += "\n  " + what + ": recorded " + around(value, first) + ", the job has " +
                    around(other, first);
    }
  }
  for (const auto& [what, value] : after)
    if (before.find(what) == before.end())
      difference += "\n  " + what + ": the record has none, the job has " + around(value, 0);
  return difference;
}

}  // namespace syncgap::store
