#include "core/torch_part.h"

#include <dlfcn.h>
#include <filesystem>
#include <system_error>

#include "core/check.h"

namespace syncgap {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "libsyncgap_torch.so";

std::string dynamic_error() {
  const char* error = dlerror();
  return error ? error : "unknown reason";
}

void* open_part() {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path beside = program / kFile, installed = program / "../lib/syncgap" / kFile;
  std::error_code ignored;
  const bool is_beside = fs::exists(beside, ignored);
  require_input(is_beside || fs::exists(installed, ignored),
                "the part of syncgap that trains networks is missing (", kFile, ", neither in ",
                program.string(), " nor in ", installed.parent_path().lexically_normal().string(),
                "): keep it beside the program");
  const fs::path found = is_beside ? beside : installed.lexically_normal();
  // Everything is resolved now: what is missing is said here and not in the middle of a unit.
  void* part = dlopen(found.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!part)
    throw InputError(concat("the part of syncgap that trains networks cannot be opened (",
                            dynamic_error(), "): is the LibTorch this build was made with there?"));
  return part;
}

}  // namespace

std::string torch_library() { return SYNCGAP_TORCH_LIBRARY; }

const void* torch_table(const char* name) {
  require_input(!torch_library().empty(),
                "this needs LibTorch, and this syncgap was built without it: install LibTorch and "
                "build again (README, SYNCGAP_TORCH)");
  // A program that links LibTorch itself, as the tests of its rooms do, has the table already.
  if (const void* table = dlsym(RTLD_DEFAULT, name)) return table;
  static void* const part = open_part();
  const void* table = dlsym(part, name);
  if (!table)
    throw InputError(concat("the part of syncgap that trains networks is of another build (",
                            dynamic_error(), "): build both again"));
  return table;
}

}  // namespace syncgap
