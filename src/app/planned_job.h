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

/// A job whose experiment exists and whose options and axes are checked; nothing was read yet.
struct PlannedJob {
  Job job;
  std::unique_ptr<experiments::Experiment> experiment;
  std::unique_ptr<Grid> grid;  // units refer to it, so it must not move
  std::vector<Observable> observables;
  experiments::Plan plan;
  std::string record_path;
};

/// Throws InputError for everything the user can mend.
PlannedJob plan_job(const JobRequest& request);

/// The header of the record this job writes, with the facts of what it was prepared with.
store::RecordHeader make_header(const PlannedJob& planned, const Facts& facts);

}  // namespace syncgap::app
