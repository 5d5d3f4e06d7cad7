#include "app/planned_job.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <sstream>

#include "app/goals_text.h"
#include "app/job_grid.h"
#include "app/libraries.h"
#include "app/machine.h"
#include "core/options_json.h"
#include "core/version.h"
#include "store/file.h"
#include "sweep/selection.h"

namespace syncgap::app {
namespace {

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::ostringstream out;
  out << std::put_time(&utc, "%Y-%m-%dT%H:%M:%SZ");
  return out.str();
}

/// "test data" -> "fact_test_data"
std::string attribute_name(const Fact& fact) {
  std::string name = "fact_" + fact.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

}  // namespace

PlannedJob plan_job(const JobRequest& request) {
  PlannedJob planned;
  planned.job = read_job(request.path, request.profile, request.overrides);
  const Job& job = planned.job;
  planned.experiment = experiments::make_experiment(job.experiment, job.experiment_where);
  apply_options(job, planned.experiment->options());
  planned.grid = std::make_unique<Grid>(job_grid(job, *planned.experiment));
  planned.observables = planned.experiment->observables();
  planned.plan = planned.experiment->plan(*planned.grid);
  // What goals lack is said before anything is read or run.
  if (!job.run.goals.empty())
    sweep::Selection(*planned.grid, ResultLayout(*planned.grid, planned.observables),
                     job.run.goals);
  planned.record_path = !request.record.empty() ? with_home(request.record) : job.run.record;
  if (planned.record_path.empty())
    planned.record_path =
        "out/" + job.stem + (job.profile.empty() ? "" : "-" + job.profile) + ".h5";
  store::refuse_folder(planned.record_path, "the record");
  return planned;
}

store::RecordHeader make_header(const PlannedJob& planned, const Facts& facts) {
  const Job& job = planned.job;
  store::RecordHeader header;
  header.experiment = job.experiment;
  header.title = job.run.title.empty() ? job.stem : job.run.title;
  header.profile = job.profile;
  header.job = job.text;
  for (const std::string& text : job.overrides) header.job += "# --set " + text + "\n";
  header.options = options_json(planned.experiment->options());
  header.option_docs = option_docs_json(planned.experiment->options());
  header.identity = RecordIdentity{job.experiment, planned.experiment->options(),
                                   *planned.grid,  planned.observables,
                                   job.run.seed,   facts}
                        .text();
  header.sweep_seed = job.run.seed;
  header.goals = goal_note(job.run.goals);
  header.provenance = {
      {"syncgap_version", version()},
      {"git_revision", git_revision()},
      {"compiler", compiler()},
      {"build_type", build_type()},
      {"created", now_utc()},
      {"host", host_name()},
      {"libraries", library_versions()},
      {"random_numbers", kRandomContract},
  };
  for (const Fact& fact : facts) header.provenance.emplace_back(attribute_name(fact), fact.value);
  return header;
}

}  // namespace syncgap::app
