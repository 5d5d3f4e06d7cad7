#pragma once

#include "app/commands.h"
#include "app/planned_job.h"
#include "store/record.h"

namespace syncgap::app {

/// Opens the record of this job for writing, creating it if there is none; one that another program
/// had open is sealed again, one that holds a part of the job gives its units to a larger one where
/// `extend` says so. Refuses one of another job. Of one process, which holds the record's lock.
store::Record open_or_create(const PlannedJob& planned, const store::RecordHeader& header,
                             Resume resume, bool extend);

}  // namespace syncgap::app
