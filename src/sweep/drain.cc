#include "sweep/drain.h"

#include <array>
#include <csignal>

namespace syncgap::sweep {
namespace {

volatile std::sig_atomic_t arrived = 0;
// Slurm, Grid Engine (USR1, USR2, XCPU), LSF (USR2, TERM), a closed terminal (HUP), a person (INT).
constexpr std::array kSignals{SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGHUP, SIGXCPU};
std::array<struct sigaction, kSignals.size()> previous{};

void note_signal(int number) {
  // A second interrupt from an impatient terminal ends the process at once.
  if (arrived != 0 && number == SIGINT) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
  arrived = 1;
}

}  // namespace

DrainWatch::DrainWatch(double walltime, Clock::time_point started)
    : walltime_(walltime), started_(started) {
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &previous[i]);
    // Under nohup a terminal may close without an end to the sweep.
    if (kSignals[i] == SIGHUP && previous[i].sa_handler == SIG_IGN)
      sigaction(kSignals[i], &previous[i], nullptr);
  }
}

DrainWatch::~DrainWatch() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous[i], nullptr);
  arrived = 0;
}

bool DrainWatch::signalled() { return arrived != 0; }

bool DrainWatch::before_unit(double unit_seconds) const {
  if (signalled()) return true;
  if (walltime_ <= 0) return false;
  return seconds_since(started_) + unit_seconds >= walltime_;
}

}  // namespace syncgap::sweep
