#include "app/prepared_job.h"

#include <chrono>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <unistd.h>

#include "app/libraries.h"
#include "core/check.h"
#include "core/checksum.h"
#include "core/version.h"

namespace syncgap::app {
namespace {

/// Long axes are told apart by a checksum of their exact values.
std::string axis_line(const Axis& axis) {
  constexpr std::size_t kShown = 24;
  if (axis.size() <= kShown) {
    std::string text = "[";
    for (std::size_t i = 0; i < axis.size(); ++i) text += (i ? ", " : "") + axis.text(i);
    return text + "]";
  }
  Checksum sum;
  std::visit(
      [&](const auto& list) {
        for (const auto& value : list) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
            sum.add(value.c_str(), value.size() + 1);
          else
            sum.add(&value, sizeof value);
        }
      },
      axis.values);
  return concat(axis.size(), " values from ", axis.text(0), " to ", axis.text(axis.size() - 1),
                ", checksum ", checksum_text(sum.value()));
}

/// One line "what = value" for everything that decides a result.
std::string identity(const PreparedJob& prepared) {
  std::ostringstream out;
  out << "experiment = " << prepared.experiment->name() << '\n';
  for (const Option& option : prepared.experiment->options().all())
    out << "option " << option.name() << " = " << to_toml(option.value()) << '\n';
  for (const Axis& axis : prepared.grid->axes())
    out << (axis.role == AxisRole::split ? "split" : "captured") << " axis " << axis.name << " = "
        << axis_line(axis) << '\n';
  for (const Observable& observable : prepared.observables) {
    out << "observable " << observable.name << " = over";
    for (const std::string& axis : observable.captured) out << ' ' << axis;
    out << '\n';
  }
  out << "seed = " << prepared.job.run.seed << '\n';
  out << "random numbers = " << kRandomContract << '\n';
  return out.str();
}

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::ostringstream out;
  out << std::put_time(&utc, "%Y-%m-%dT%H:%M:%SZ");
  return out.str();
}

}  // namespace

PreparedJob prepare_job(const JobRequest& request) {
  PreparedJob prepared;
  prepared.job = read_job(request.path, request.profile, request.overrides);
  const Job& job = prepared.job;
  prepared.experiment = experiments::make_experiment(job.experiment, job.experiment_where);
  apply_options(job, prepared.experiment->options());
  prepared.grid = std::make_unique<Grid>(make_grid(job, prepared.experiment->axes()));
  prepared.experiment->prepare(*prepared.grid);
  prepared.observables = prepared.experiment->observables();
  prepared.record_path = !request.record.empty() ? request.record : job.run.record;
  if (prepared.record_path.empty())
    prepared.record_path =
        "out/" + job.stem + (job.profile.empty() ? "" : "-" + job.profile) + ".h5";
  return prepared;
}

store::RecordHeader make_header(const PreparedJob& prepared) {
  const Job& job = prepared.job;
  store::RecordHeader header;
  header.experiment = job.experiment;
  header.title = job.run.title.empty() ? job.stem : job.run.title;
  header.profile = job.profile;
  header.job = job.text;
  for (const std::string& text : job.overrides) header.job += "# --set " + text + "\n";
  header.options = options_json(prepared.experiment->options());
  header.option_docs = option_docs_json(prepared.experiment->options());
  header.identity = identity(prepared);
  header.sweep_seed = job.run.seed;
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
  return header;
}

}  // namespace syncgap::app
