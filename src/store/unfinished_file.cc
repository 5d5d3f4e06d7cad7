#include "store/unfinished_file.h"

#include <cerrno>

namespace syncgap::store {

Hdf5Id UnfinishedFile::create() const {
  // Creation order lets the record list its observables as the experiment declared them.
  const Hdf5Id how = own(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "create a file");
  check_hdf5(H5Pset_link_creation_order(how.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
             "create a file");
  return own(H5Fcreate(path().c_str(), H5F_ACC_EXCL, how.get(), H5P_DEFAULT), H5Fclose,
             "create the file " + path());
}

void UnfinishedFile::finish() {
  try {
    file_.finish(AtomicFile::Existing::keep);
  } catch (const FileError& error) {
    const int reason = error.code().value();
    throw RecordError(concat(error.what(), reason == ENOSPC || reason == EDQUOT
                                               ? ": free some space, then run the job again"
                                               : ": choose another place"));
  }
}

}  // namespace syncgap::store
