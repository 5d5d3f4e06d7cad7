#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "experiments/experiment.h"
#include "store/record.h"

namespace syncgap::app {

/// Which job to read and how to change it: what `plan` and `run` have in common on the command
/// line.
struct JobRequest {
  std::string path;
  std::string profile;
  std::vector<std::string> overrides;
  std::string record;  ///< empty: the job's own, or out/JOB[-PROFILE].h5
};

/// A job whose experiment exists, whose options and axes are checked, ready to run or to plan.
struct PreparedJob {
  Job job;
  std::unique_ptr<experiments::Experiment> experiment;
  std::unique_ptr<Grid> grid;  // units refer to it, so it must not move
  std::vector<Observable> observables;
  std::string record_path;
};

/// Throws InputError for everything the user can mend.
PreparedJob prepare_job(const JobRequest& request);

/// The header of the record this job writes.
store::RecordHeader make_header(const PreparedJob& prepared);

}  // namespace syncgap::app
