#include "sweep/chunks.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sweep {
namespace {

constexpr double kLongest = 4, kShortest = 1.5;
// What is left is never given away in fewer chunks a team than these: estimates are rough.
constexpr double kLeft = 4;

}  // namespace

double longest_chunk(int teams, double service_seconds) {
  return kLongest * to_real(teams) * service_seconds;
}

double shortest_chunk(int teams, double service_seconds) {
  return kShortest * to_real(teams) * service_seconds;
}

std::vector<std::uint32_t> chunk_ends(std::uint64_t units, const PlaceSeconds& seconds, int teams,
                                      double service_seconds) {
  SYNCGAP_EXPECTS(teams >= 1 && service_seconds >= 0, "teams ", teams, ", service ",
                  service_seconds);
  double left = 0;
  for (std::uint64_t place = 0; place < units; ++place) left += seconds(place);
  const double least = shortest_chunk(teams, service_seconds),
               most = longest_chunk(teams, service_seconds);
  std::vector<std::uint32_t> ends;
  for (std::uint64_t place = 0; place < units;) {
    const double limit = std::clamp(left / (kLeft * to_real(teams)), least, most);
    double taken = seconds(place++);
    while (place < units) {
      const double more = seconds(place);
      if (taken + more > limit) break;
      taken += more;
      ++place;
    }
    left = std::max(0.0, left - taken);
    ends.push_back(static_cast<std::uint32_t>(place));
  }
  return ends;
}

}  // namespace syncgap::sweep
