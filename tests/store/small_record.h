#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/record.h"
#include "temporary_folder.h"

namespace syncgap::store {

inline std::size_t entries(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()),
                                                std::filesystem::directory_iterator()));
}

/// All kinds of axes: 3 couplings x 2 schedules = 6 units, 4 captured steps.
inline Grid small_grid() {
  return Grid({{"g", AxisRole::split, std::vector<double>{0.2, 0.5, 1.0}, "coupling", "1/time"},
               {"schedule", AxisRole::split, std::vector<std::string>{"constant", "späť"}, "how"},
               {"step", AxisRole::captured, std::vector<std::int64_t>{0, 10, 20, 30}, "step"}});
}

/// 4 + 1 + 8 numbers a unit.
inline std::vector<Observable> small_observables() {
  return {{"agreement", {"step"}, "agreement of the modes", "1", "multimodal (62)"},
          {"final", {}, "last value", "nat", ""},
          {"speciation", {"step"}, "may be missing", "time", ""}};
}

inline RecordHeader small_header() {
  RecordHeader header;
  header.experiment = "exact_score";
  header.title = "Figure 12";
  header.profile = "smoke";
  header.job = "[experiment]\nname = \"exact_score\"\n";
  header.options = "{\"trials\": 3}";
  header.option_docs = "{}";
  header.identity = "experiment = exact_score\noption trials = 3\n";
  header.sweep_seed = 42;
  header.provenance = {{"syncgap_version", "0.1.0"}, {"host", "somewhere else"}};
  return header;
}

inline std::vector<double> small_values(const Record& record, std::uint64_t unit) {
  std::vector<double> values(record.layout().total());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(unit) + 0.001 * static_cast<double>(i);
  return values;
}

inline void flip_bit(const std::string& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

}  // namespace syncgap::store
