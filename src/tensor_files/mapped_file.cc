#include "tensor_files/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check.h"
#include "core/numbers.h"
#include "core/posix.h"

namespace syncgap::tensor_files {

MappedFile::MappedFile(const std::string& path) {
  const auto fail = [&](const char* reason) {
    throw InputError(concat("cannot read weights (", path, ", ", reason,
                            "): check the path and its permissions"));
  };
  // Without O_NONBLOCK a pipe of that name would be waited for.
  const int descriptor =
      retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); });
  if (descriptor < 0) fail(std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    fail("it is not a file");
  }
  size_ = unsigned_size(status.st_size);
  void* map = nullptr;
  // Pages that nobody writes to need no swap space.
  if (size_ > 0)
    map =
        ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
  const int code = errno;
  ::close(descriptor);
  if (map == MAP_FAILED) fail(std::strerror(code));
  data_ = static_cast<char*>(map);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace syncgap::tensor_files
