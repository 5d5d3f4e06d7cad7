#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/goals.h"
#include "core/grid.h"
#include "core/options.h"

namespace syncgap {

/// How a sweep is run: the `[run]` table of a job. None of it but the seed changes a result.
struct RunSettings {
  std::string title;
  std::int64_t seed = 1;
  std::int64_t ranks_per_unit = 1;
  /// Seconds after which a sweep drains; 0: no limit.
  double walltime = 0;
  std::string record;
  Goals goals;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
};

/// The parts of a job, each of which overrides those before it.
enum class JobPart { file, profile, command_line };

/// One value given for an option or an axis, and where it was given ("figure4.toml:7", "--set").
template <class Value>
struct Setting {
  std::string key;
  Value value;
  std::string where;
  JobPart part = JobPart::file;
};

/// A job as read: file, then profile, then overrides, the last one winning. Nothing here knows
/// which options or axes the experiment has; apply_options and make_grid check that.
struct Job {
  std::string experiment;
  std::string experiment_where;
  std::string profile;
  std::string text;  ///< the file as it was read
  std::string stem;  ///< file name without folder and extension
  std::vector<std::string> overrides;
  std::vector<Setting<OptionValue>> options;
  std::vector<Setting<AxisValues>> axes;
  RunSettings run;
};

/// Reads a job file. `overrides` are "experiment.trials=500", "axes.g=[0.1,0.2]", "run.seed=7".
/// Throws InputError that names the file and line.
Job read_job(const std::string& path, const std::string& profile,
             const std::vector<std::string>& overrides);

/// The same from text; `source` is what messages call it.
Job parse_job(std::string_view text, const std::string& source, const std::string& profile,
              const std::vector<std::string>& overrides);

/// Sets every option the job gives; unknown names, wrong types and limits throw InputError, as does
/// an option that the choice it belongs to leaves without meaning. A profile, or the command line,
/// may choose anew: what the parts before it set for the other choice is then left aside.
void apply_options(const Job& job, OptionTable& table);

/// The experiment's axes with the job's values in place of the defaults, which are fewer where they
/// number the values of a shorter axis (Axis::numbers_of).
Grid make_grid(const Job& job, std::vector<Axis> declared);

}  // namespace syncgap
