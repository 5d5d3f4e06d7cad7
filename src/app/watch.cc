#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "app/commands.h"
#include "app/sweep_state.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "sweep/progress.h"

namespace syncgap::app {
namespace {

using store::UnitStatus;

volatile std::sig_atomic_t asked_to_end = 0;

/// Ctrl-C ends the view, not the program in the middle of a line.
class CatchInterrupt {
 public:
  CatchInterrupt() {
    asked_to_end = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { asked_to_end = 1; };
    ::sigaction(SIGINT, &action, &before_);  // without SA_RESTART: it cuts the wait short
  }
  ~CatchInterrupt() { ::sigaction(SIGINT, &before_, nullptr); }
  CatchInterrupt(const CatchInterrupt&) = delete;
  CatchInterrupt& operator=(const CatchInterrupt&) = delete;

 private:
  struct sigaction before_ {};
};

void wait(double seconds) {
  timespec time{};
  time.tv_sec = static_cast<std::time_t>(seconds);
  time.tv_nsec = static_cast<long>((seconds - to_real(time.tv_sec)) * 1e9);
  ::nanosleep(&time, nullptr);
}

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &local);
  return text;
}

struct Size {
  std::size_t columns = 80, rows = 24;
};

Size size_of_terminal() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

/// What fits into a row, in letters of UTF-8; a row that wrapped would be redrawn at a wrong place.
std::string cut(const std::string& line, std::size_t columns) {
  std::string out;
  std::size_t letters = 0;
  for (const char byte : line) {
    const bool begins = (byte & 0xC0) != 0x80;
    if (begins && ++letters > columns) break;
    out += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
  }
  return out;
}

std::string bar(const SweepState& state) {
  constexpr std::uint64_t kWidth = 30;
  const auto part = [&](std::uint64_t units) { return units * kWidth / state.units; };
  return concat('[', std::string(part(state.done), '#'), std::string(part(state.failed), 'x'),
                std::string(kWidth - part(state.done) - part(state.failed), '.'), ']');
}

std::string team_text(const SweepState& state, const store::TeamNote& note) {
  const std::string name = concat("team ", note.team);
  std::string head = name + std::string(name.size() < 11 ? 11 - name.size() : 1, ' ');
  if (!note.unit) return head + "nothing left to claim";
  if (*note.unit >= state.units) return head;
  // Notes of very short units are written now and then only.
  if (state.record.statuses[*note.unit] != byte(UnitStatus::pending)) return head + "between units";
  std::string text = concat(head, "unit ", *note.unit, " (", state.record.grid.describe(*note.unit),
                            "), for ", sweep::clock_text(std::max(0.0, unix_time() - note.since)));
  if (!note.doing.empty()) text += ": " + note.doing;
  return text;
}

std::vector<std::string> view(const std::string& path, const SweepState& state, Size size) {
  std::vector<std::string> lines = {
      concat("record     ", path), headline(state), concat("units      ", units_text(state)),
      concat("           ", bar(state)), concat("running    ", run_text(state))};
  if (state.run) lines.push_back(concat("rate       ", rate_text(state)));
  const std::string last = concat("           at ", time_of_day(),
                                  state.run ? "; Ctrl-C ends this view, the sweep goes on" : "");
  const std::size_t room =
      std::max<std::size_t>(4, size.rows - std::min<std::size_t>(size.rows, lines.size() + 2));
  const std::size_t failures = std::min({state.failures.size(), room / 2, std::size_t{5}});
  const std::size_t teams = std::min(state.teams.size(), room - failures - 2);
  for (std::size_t i = 0; i < teams; ++i) lines.push_back(team_text(state, state.teams[i]));
  if (teams < state.teams.size())
    lines.push_back(concat("           and ", state.teams.size() - teams, " more teams"));
  // The newest: what one watches for.
  for (std::size_t i = state.failures.size() - failures; i < state.failures.size(); ++i)
    lines.push_back(concat("failed     ", failure_text(state, state.failures[i])));
  if (failures < state.failures.size())
    lines.push_back(concat("           and ", state.failures.size() - failures,
                           " more failed units, see `syncgap status`"));
  lines.push_back(last);
  for (std::string& line : lines) line = cut(line, size.columns);
  return lines;
}

/// Redraws the lines in place; what stands above them, and the last state of them, stays.
class Screen {
 public:
  void draw(const std::vector<std::string>& lines) {
    std::string out = drawn_ > 0 ? concat("\033[", drawn_, "F") : std::string();
    for (const std::string& line : lines) out += line + "\033[K\n";
    out += "\033[J";
    drawn_ = lines.size();
    std::fputs(out.c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  std::size_t drawn_ = 0;
};

}  // namespace

ExitCode watch_status(const std::string& path, double interval) {
  const CatchInterrupt interrupt;
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  Screen screen;
  std::string said;
  for (;;) {
    const SweepState state = look_at(path);
    if (terminal) {
      screen.draw(view(path, state, size_of_terminal()));
    } else if (const std::string now = units_text(state) + (state.run ? "" : ", not running");
               now != said) {
      said = now;
      std::printf("%s %s%s\n", time_of_day().c_str(), now.c_str(),
                  state.run ? (", " + rate_text(state)).c_str() : "");
      std::fflush(stdout);
    }
    if (!state.run || asked_to_end != 0) return end_of(state);
    wait(interval);
    if (asked_to_end != 0) return end_of(state);
  }
}

}  // namespace syncgap::app
