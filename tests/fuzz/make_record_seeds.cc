// make_record_seeds FOLDER: writes the seeds of fuzz_record into a new FOLDER.
#include <filesystem>

#include "fuzz/made_up_records.h"

int main(int, char** argv) {
  std::filesystem::remove_all(argv[1]);
  std::filesystem::create_directories(argv[1]);
  return syncgap::store::write_made_up_records(argv[1]).empty() ? 1 : 0;
}
