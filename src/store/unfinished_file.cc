#include "store/unfinished_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "store/file.h"

namespace syncgap::store {

UnfinishedFile::UnfinishedFile(const std::string& final_path)
    : final_path_(final_path), path_(final_path + ".creating") {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

UnfinishedFile::~UnfinishedFile() {
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(path_, ignored);
}

Hdf5Id UnfinishedFile::create() const {
  // Creation order lets the record list its observables as the experiment declared them.
  const Hdf5Id how = own(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "create a file");
  check_hdf5(H5Pset_link_creation_order(how.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
             "create a file");
  return own(H5Fcreate(path_.c_str(), H5F_ACC_EXCL, how.get(), H5P_DEFAULT), H5Fclose,
             "create the file " + path_);
}

void UnfinishedFile::finish() {
  File(path_, File::Mode::read_write).sync();
  int code = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, final_path_.c_str(), RENAME_NOREPLACE);
  // Network file systems may not know the flag; all of them know that a link replaces nothing.
  if (code != 0 && (errno == EINVAL || errno == ENOSYS)) {
    code = ::link(path_.c_str(), final_path_.c_str());
    if (code == 0) ::unlink(path_.c_str());
  }
  if (code != 0)
    throw RecordError(concat("cannot give the file its name (", final_path_, ", ",
                             std::strerror(errno), "): choose another place"));
  finished_ = true;
  sync_folder_of(final_path_);
}

}  // namespace syncgap::store
