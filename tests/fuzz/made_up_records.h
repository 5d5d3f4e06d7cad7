#pragma once

#include <string>
#include <vector>

#include "store/record.h"

namespace syncgap::store {

/// Small records of different shapes, some units done, some failed, some pending: seeds for
/// fuzz_record. Writes made_up_0.h5, ... into `folder`.
inline std::vector<std::string> write_made_up_records(const std::string& folder) {
  const Axis g{"g", AxisRole::split, std::vector<double>{0.1, 0.5, 0.9}, "coupling", "beta"};
  const Axis seed{"seed", AxisRole::split, std::vector<std::int64_t>{1, 2}, "seed"};
  const Axis schedule{"schedule", AxisRole::split, std::vector<std::string>{"late", "early"}, "s"};
  const Axis step{"step", AxisRole::captured, std::vector<std::int64_t>{0, 1, 2}, "step"};
  const std::vector<std::vector<Axis>> shapes = {{g}, {seed, schedule}, {g, step}, {step}};
  std::vector<std::string> paths;
  for (const auto& axes : shapes) {
    const std::string path = folder + "/made_up_" + std::to_string(paths.size()) + ".h5";
    RecordHeader header;
    header.experiment = "made_up";
    header.identity = "experiment = made_up\n";
    header.options = "{}";
    header.option_docs = "{}";
    header.provenance = {{"host", "localhost"}, {"compiler", "none"}};
    const Grid grid(axes);
    std::vector<Observable> observables{{"speciation_time", {}, "speciation time"}};
    if (axes.back().name == "step") observables.push_back({"mean", {"step"}, "mean"});
    create_record(path, header, grid, observables);
    const Record record(path, Record::Access::write);
    const std::vector<double> values(record.layout().total(), 0.25);
    record.commit(0, values, 0.5);
    if (record.unit_count() > 1) record.fail(1, 0, "a root was not found", 0.1);
    if (record.unit_count() > 3) record.commit(3, values, 0.5);
    paths.push_back(path);
  }
  return paths;
}

}  // namespace syncgap::store
