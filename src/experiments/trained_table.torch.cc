#include "experiments/trained.h"

extern "C" const syncgap::experiments::TrainedExperiments syncgap_trained_table;
const syncgap::experiments::TrainedExperiments syncgap_trained_table{
#define TRAINED_EXPERIMENT(name, Options) syncgap::experiments::prepare_##name,
#include "experiments/table.def"
};
