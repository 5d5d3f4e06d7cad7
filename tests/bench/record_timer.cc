// Writes the same bytes into a record and, with plain write(), into an ordinary file, again and
// again in turn; prints the rates of every round as JSON. Both files exist in full before the clock
// starts.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

#include "core/check.h"
#include "store/record.h"

namespace {

using namespace syncgap;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::int64_t> counted(std::size_t size) {
  std::vector<std::int64_t> values(size);
  std::iota(values.begin(), values.end(), std::int64_t{0});
  return values;
}

/// How far the bytes must have come when the clock stops.
enum class Reach { page_cache, disk };

double write_record(const store::Record& record, const std::vector<double>& values, Reach reach) {
  const auto start = Clock::now();
  for (std::uint64_t unit = 0; unit < record.unit_count(); ++unit) record.commit(unit, values, 1.0);
  if (reach == Reach::disk) record.sync();
  return since(start);
}

double write_plain(const std::string& path, std::uint64_t units, const std::vector<double>& values,
                   Reach reach) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  const auto start = Clock::now();
  for (std::uint64_t unit = 0; unit < units; ++unit) {
    const auto* from = reinterpret_cast<const char*>(values.data());
    for (std::size_t left = values.size() * 8; left > 0;) {
      const auto put = ::write(file, from, left);
      if (put <= 0) throw std::runtime_error("write failed");
      from += put;
      left -= static_cast<std::size_t>(put);
    }
  }
  if (reach == Reach::disk) ::fdatasync(file);
  const double seconds = since(start);
  ::close(file);
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: record_timer FOLDER UNITS DOUBLES ROUNDS cache|disk\n");
    return 2;
  }
  const std::string folder = argv[1];
  const auto units = std::strtoull(argv[2], nullptr, 10);
  const auto doubles = std::strtoull(argv[3], nullptr, 10);
  const int rounds = std::atoi(argv[4]);
  const Reach reach = std::string(argv[5]) == "disk" ? Reach::disk : Reach::page_cache;
  const Grid grid({{"unit_number", AxisRole::split, counted(units), ""},
                   {"cell", AxisRole::captured, counted(doubles), ""}});
  store::create_record(folder + "/record.h5", {}, grid, {{"value", {"cell"}, ""}});
  store::Record record(folder + "/record.h5", store::Record::Access::write);
  record.writers_share_a_node();
  std::vector<double> values(doubles);
  std::iota(values.begin(), values.end(), 0.0);
  write_plain(folder + "/plain", units, values, reach);
  write_record(record, values, reach);
  const double bytes = 8.0 * static_cast<double>(units) * static_cast<double>(doubles);
  std::printf("[");
  for (int round = 0; round < rounds; ++round) {
    const double plain = write_plain(folder + "/plain", units, values, reach);
    const double recorded = write_record(record, values, reach);
    std::printf("%s{\"plain\": %.1f, \"record\": %.1f}", round == 0 ? "" : ", ", bytes / plain,
                bytes / recorded);
  }
  std::printf("]\n");
  return 0;
}
