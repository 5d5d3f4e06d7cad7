#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/standard_output.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/options.h"

namespace {

/// Under a launcher only the first rank speaks and says by its exit code what happened; here MPI is
/// not there yet to say which one that is.
bool first_of_launch() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (const char* rank = std::getenv(name)) return std::string(rank) == "0";
  return true;
}

void add_overrides(CLI::App& command, std::vector<std::string>& overrides) {
  command
      .add_option("-s,--set", overrides,
                  "override, e.g. experiment.trials=500, axes.g=[0.1,0.2], run.seed=7")
      ->allow_extra_args(false);
}

void add_job_options(CLI::App& command, syncgap::app::JobRequest& request) {
  command.add_option("job", request.path, "job file (TOML)")->required();
  command.add_option("-p,--profile", request.profile, "profile of the job: smoke, paper, ...");
  add_overrides(command, request.overrides);
  command.add_option("-r,--record", request.record,
                     "record to write (default out/JOB[-PROFILE].h5)");
}

/// What CLI11 could not parse, in the words of all our messages.
std::string complaint(const CLI::App* cli, const CLI::Error& error) {
  const auto parsed = cli->get_subcommands();
  const CLI::App* command = parsed.empty() ? cli : parsed.front();
  const std::string where = command == cli ? "syncgap" : "syncgap " + command->get_name();
  std::string text = error.what();
  if (const auto extra = cli->remaining(true); !extra.empty()) {
    std::vector<std::string> known;
    for (const auto* each : cli->get_subcommands({}))
      if (command == cli) known.push_back(each->get_name());
    for (const auto* each : command->get_options())
      if (command != cli) known.push_back(each->get_name());
    text = syncgap::unknown_name_message(command == cli ? "command" : "argument", extra.front(),
                                         where, known);
  }
  return "syncgap: " + text + "\nSee `" + where + " --help`\n";
}

/// What a command prints: what it was asked for, or remarks beside a record that holds it.
enum class Prints { result, remarks };

/// Runs a command and makes sure that all it printed was written: what scripts read must be whole.
/// Prints what went wrong.
syncgap::app::ExitCode told(Prints prints, const std::function<syncgap::app::ExitCode()>& command) {
  using syncgap::app::ExitCode;
  ExitCode code = ExitCode::internal_error;
  try {
    code = command();
    syncgap::app::finish_standard_output();
  } catch (const syncgap::InputError& error) {
    std::fprintf(stderr, "syncgap: %s\n", error.what());
    code = ExitCode::bad_input;
  } catch (const syncgap::app::OutputError& error) {
    std::fprintf(stderr, "syncgap: %s\n", error.what());
    if (prints == Prints::result) code = ExitCode::internal_error;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "syncgap: internal error: %s\n", error.what());
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace syncgap::app;
  const auto started = syncgap::Clock::now();
  occupy_standard_streams();
  CLI::App cli("Distributed sweeps for the physics of diffusion models.", "syncgap");
  cli.require_subcommand(1);
  cli.failure_message(complaint);
  cli.footer(
      "Exit codes: 0 done, 1 internal error or output that cannot be written, 2 bad input,\n"
      "3 some units failed, 4 damaged cells found by verify, 69 a host was lost: run the same\n"
      "command again, 75 drained: run the same command again.");

  auto& experiments = *cli.add_subcommand("experiments", "list the experiments");
  std::string experiment, record, output;
  auto& options = *cli.add_subcommand(
      "options", "options, axes and observables of an experiment, with --set as these leave them");
  options.add_option("experiment", experiment, "one of `syncgap experiments`")->required();
  std::vector<std::string> overrides;
  add_overrides(options, overrides);
  JobRequest plan_request;
  int ranks = 1;
  bool json = false;
  auto& plan = *cli.add_subcommand("plan", "what a job would do, without running it");
  add_job_options(plan, plan_request);
  plan.add_option("-n,--ranks", ranks, "ranks to plan for")->check(CLI::Range(1, 1 << 22));
  plan.add_flag("--json", json, "print JSON");
  RunRequest run_request;
  bool resume = false;
  auto& run =
      *cli.add_subcommand("run", "run a job, or go on with its record; under mpirun or srun");
  add_job_options(run, run_request.job);
  run.add_flag("--resume", resume, "go on with an existing record; without one: refuse");
  run.add_flag("--retry-failed", run_request.retry_failed, "run failed units again");
  run.add_flag("--extend", run_request.extend,
               "take over the units of a record that has fewer values on split axes");
  run.add_flag("-q,--quiet", run_request.quiet, "no progress");
  auto& status = *cli.add_subcommand("status", "what a record holds and whether it is being run");
  status.add_option("record", record, "record of a sweep, also while it runs")->required();
  status.add_flag("--json", json, "print JSON");
  bool watch = false;
  double interval = 2;
  auto* watching = status
                       .add_flag("-w,--watch", watch,
                                 "look again and again until the sweep ends, or until Ctrl-C")
                       ->excludes("--json");
  status.add_option("--interval", interval, "seconds between two looks (default 2)")
      ->check(CLI::Range(0.1, 86400.0))
      ->needs(watching);
  bool exit_code = false;
  status.add_flag(
      "--exit-code", exit_code,
      "end with 0 if all units are done, 75 if some are left, 3 if only failed ones are");
  auto& verify = *cli.add_subcommand("verify", "check structure and checksums of a record");
  verify.add_option("record", record, "record of a sweep, also while it runs")->required();
  auto& repair_command = *cli.add_subcommand(
      "repair", "look whether a record that another program wrote to is intact, and seal it again");
  repair_command.add_option("record", record, "record of a sweep that is not being run")
      ->required();
  auto& pack_command = *cli.add_subcommand("pack", "make a compressed copy of a record");
  pack_command.add_option("record", record, "record of a sweep, also while it runs")->required();
  pack_command.add_option("-o,--output", output, "the copy (default RECORD.packed.h5)");
  std::vector<std::string> records;
  auto& merge_command =
      *cli.add_subcommand("merge", "join records of one job: parts of an array, several clusters");
  merge_command.add_option("records", records, "records whose jobs differ by split axes at most")
      ->required();
  merge_command.add_option("-o,--output", output, "the record to make")->required();
  cli.add_subcommand("version", "version of the program and its libraries");

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (!first_of_launch()) return static_cast<int>(ExitCode::done);
    const bool asked = cli.exit(error) == 0;  // --help
    if (!asked) return static_cast<int>(ExitCode::bad_input);
    return static_cast<int>(told(Prints::result, [] { return ExitCode::done; }));
  }
  if (!run.parsed() && !first_of_launch()) return static_cast<int>(ExitCode::done);
  const Format format = json ? Format::json : Format::text;
  const Prints prints = run.parsed() ? Prints::remarks : Prints::result;
  const ExitCode code = told(prints, [&] {
    if (experiments.parsed()) return list_experiments();
    if (options.parsed()) return show_options(experiment, overrides);
    if (plan.parsed()) return show_plan(plan_request, ranks, format);
    if (run.parsed()) {
      run_request.resume = resume ? Resume::required : Resume::if_present;
      return run_job(run_request, argc, argv, started);
    }
    if (status.parsed()) {
      const ExitCode state = watch ? watch_status(record, interval) : show_status(record, format);
      return exit_code ? state : ExitCode::done;
    }
    if (verify.parsed()) return verify_record(record);
    if (repair_command.parsed()) return repair(record);
    if (pack_command.parsed()) return pack(record, output);
    if (merge_command.parsed()) return merge(records, output);
    return show_version();
  });
  return static_cast<int>(code);
}
