#include "app/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

#include "core/check.h"

namespace syncgap::app {

void occupy_standard_streams() {
  // The lowest number that is free is taken: each stream's own.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

void finish_standard_output() {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  const int reason = errno;
  std::cout.flush();
  if (flushed && std::cout.good()) return;
  throw OutputError(concat("cannot write to standard output (",
                           reason != 0 ? std::strerror(reason) : "it was cut short",
                           "): what was printed is not all there is"));
}

}  // namespace syncgap::app
