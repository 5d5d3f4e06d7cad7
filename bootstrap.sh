#!/usr/bin/env bash
# Installs what is missing, builds, and runs the first sweep or every test. See --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'HELP'
usage: ./bootstrap.sh run|test|install [options]

  run      install what is missing, build, run jobs/quickstart.toml and, on real images,
           jobs/quickstart_training.toml, quickstart_replicas.toml and quickstart_layers.toml on 2 MPI
           ranks, draw their figures in one report
  test     install, build, check the sources (not with clang-tidy), run every test (also with
           sanitizers, also for CUDA where its toolkit is)
  install  install only what `test` needs

  --data FOLDER
           images to train on, IDX files as MNIST has them; default: Debian's Fashion-MNIST
  --torch auto|none|debian|wheel|PATH
           which LibTorch to use (default auto): auto takes what is there and installs Debian's
           package libtorch-dev where there is none; debian installs and uses that package; wheel
           uses the torch package of python3; PATH is an unpacked LibTorch or the folder of its
           TorchConfig.cmake; none leaves out whatever trains networks
  --no-install
           never call apt; for systems other than Debian 12 and 13 and libraries from elsewhere
  --jobs N compile N files at a time (default: the number of cores)

Packages come from Debian 12 or 13 by apt-get, as root or through sudo. Everything may be repeated:
what is done already is not done again. On Debian 12, whose compiler they are checked with, `test`
takes warnings for errors; elsewhere it leaves out what needs clang 14 where that is not installed.
HELP
}

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'bootstrap: %s\n' "$*" >&2; exit 1; }

run_packages=(
  g++ cmake ninja-build pkgconf git
  openmpi-bin libopenmpi-dev libhdf5-dev libeigen3-dev libboost-dev libhwy-dev
  libopenblas-openmp-dev zlib1g-dev dataset-fashion-mnist
  libtomlplusplus-dev libcli11-dev libxxhash-dev nlohmann-json3-dev
  python3 python3-h5py python3-numpy python3-matplotlib
)
test_packages=(
  libgtest-dev libgmock-dev
  python3-pytest python3-scipy python3-xarray python3-h5netcdf python3-netcdf4 netcdf-bin
  python3-pip python3-hatchling
  munge slurm-client slurmctld slurmd iproute2 util-linux
)
clang_packages=(clang-format-14 clang-tidy-14 clang-14 libclang-rt-14-dev)

system=unknown
if [ -r "${OS_RELEASE:-/etc/os-release}" ]; then
  # shellcheck source=/dev/null
  system=$(. "${OS_RELEASE:-/etc/os-release}" && echo "${ID:-unknown}-${VERSION_ID:-}")
fi
# Debian 13 has no clang 14: what needs it is checked on Debian 12.
[ "$system" != debian-12 ] || test_packages+=("${clang_packages[@]}")

command=""
torch=auto
data=""
may_install=yes
jobs=$(nproc)
while [ $# -gt 0 ]; do
  case $1 in
    run|test|install)
      [ -z "$command" ] || fail "one command at a time: '$command' or '$1'"
      command=$1 ;;
    --torch) [ $# -gt 1 ] || fail "--torch needs a value: auto, none, debian, wheel or a path"
      torch=$2; shift ;;
    --torch=*) torch=${1#*=} ;;
    --data) [ $# -gt 1 ] || fail "--data needs a folder of IDX files"
      data=$2; shift ;;
    --data=*) data=${1#*=} ;;
    --jobs) [ $# -gt 1 ] || fail "--jobs needs a number"
      jobs=$2; shift ;;
    --jobs=*) jobs=${1#*=} ;;
    --no-install) may_install=no ;;
    -h|--help) usage; exit 0 ;;
    *) printf "bootstrap: unknown argument '%s'\n\n" "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$command" ] || { usage >&2; exit 2; }
[[ $jobs =~ ^[1-9][0-9]*$ ]] || fail "--jobs takes a positive number, not '$jobs'"
case $torch in
  auto|none|debian|wheel) ;;
  *) [ -d "$torch" ] || fail "--torch takes auto, none, debian, wheel or a folder; there is no folder '$torch'"
    torch=$(realpath "$torch") ;;
esac

if [ -n "$data" ]; then
  [ -d "$data" ] || fail "--data takes a folder of IDX files; there is no folder '$data'"
  data=$(realpath "$data")
fi

missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      printf '%s\n' "$package"
  done
}

# Calls apt only when a package is missing.
install_packages() {
  [ $may_install = yes ] || return 0
  local as_root=() missing
  case $system in debian-12|debian-13) ;; *)
    fail "this is ${system%-}, and packages are known for Debian 12 and 13 only.
Install what these stand for, then run again with --no-install:
  $*$(wants_torch && echo " libtorch-dev")" ;;
  esac
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "packages are missing, and this is neither root nor is there sudo. As root:
  apt-get update && apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update </dev/null || fail "apt-get update failed: is there a network, and does /etc/apt name a mirror?"
  "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null ||
    fail "apt-get could not install: ${missing[*]} (is there a network?)"
}

has_torch() {
  [ -n "${Torch_DIR:-}" ] || [ -e /usr/include/torch/script.h ] ||
    python3 -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)' 2>/dev/null
}

wants_torch() { [ "$torch" = debian ] || { [ "$torch" = auto ] && ! has_torch; }; }

install_torch() { ! wants_torch || install_packages libtorch-dev; }

launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

configure() {
  local preset=$1
  shift
  say "Building preset $preset"
  cmake --preset "$preset" "${launcher[@]}" -DSYNCGAP_TORCH="$torch" "$@" >"build/$preset.log" 2>&1 || {
    cat "build/$preset.log" >&2
    fail "CMake could not configure the preset $preset"
  }
}
build() { cmake --build "build/$1" --parallel "$jobs" "${@:2}"; }

# README's launch line: works under Open MPI and MPICH, as root (Open MPI asks twice; 5 reads PRTE_),
# in containers, on one core and inside a Slurm allocation of one task.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpi_ranks() { mpirun --bind-to none --map-by :OVERSUBSCRIBE -n "$@"; }

python=/usr/bin/python3
[ -x $python ] || python=python3

run_quickstart() {
  install_packages "${run_packages[@]}"
  install_torch
  mkdir -p build
  # GoogleTest is not needed here; a build that has tests already keeps them.
  local tests=OFF
  ! grep -qs '^SYNCGAP_TESTS:BOOL=ON' build/release/CMakeCache.txt || tests=ON
  configure release -DSYNCGAP_TESTS=$tests
  build release --target syncgap
  local records=() status=0
  run_job quickstart
  # A build without LibTorch trains nothing.
  if build/release/syncgap version | grep -q LibTorch; then
    run_job quickstart_training
    run_job quickstart_replicas --set run.ranks_per_unit=2
    run_job quickstart_layers --set run.ranks_per_unit=2
  fi
  say "Drawing"
  $python -m analysis "${records[@]}" --out out/quickstart-report
  printf '\nOpen the report in a browser. The next sweep: build/release/syncgap --help, jobs/*.toml\n'
  return $status
}

# Appends its record to `records` and remembers in `status` that some units failed.
run_job() {
  local record=out/$1.h5 code=0 settings=()
  [ -z "$data" ] || [ "$1" = quickstart ] || settings=(--set "experiment.data_path=\"$data\"")
  settings+=("${@:2}")
  say "Running jobs/$1.toml on 2 ranks"
  mpi_ranks 2 build/release/syncgap run "jobs/$1.toml" --record "$record" "${settings[@]}" || code=$?
  [ $code -ne 2 ] || fail "the sweep was refused; if $record is of another version or other images, move it away and run again"
  [ -e "$record" ] || fail "the sweep did not begin (the launcher's exit code is $code)"
  # Launchers change exit codes; the record does not.
  local state=0
  build/release/syncgap status --exit-code "$record" >/dev/null || state=$?
  case $state in
    0) ;;
    3) printf 'Some units failed; the figures show what there is.\n'; status=3 ;;
    *) fail "the sweep did not finish (the launcher's exit code is $code); run again to go on with what is left" ;;
  esac
  records+=("$record")
}

run_tests() {
  install_packages "${run_packages[@]}" "${test_packages[@]}"
  install_torch
  mkdir -p build
  # GCC 14 warns of what LibTorch's headers do right: only the known compiler's warnings count.
  local strict=OFF
  [ "$system" != debian-12 ] || strict=ON
  local common=(-DSYNCGAP_TESTS=ON "-DSYNCGAP_WERROR=$strict")
  configure release "${common[@]}"
  build release
  say "Building the benchmarks"
  build release --target bench_programs
  if command -v clang-format-14 >/dev/null; then
    say "Checking layout, include directions, headers"
    build release --target check
  else
    say "Checking include directions, headers (not the layout: no clang-format-14)"
    build release --target check_includes check_headers
  fi
  # No package of Debian: checked where it is.
  ! command -v ruff >/dev/null || ruff check .
  configure asan "${common[@]}" -DSYNCGAP_TORCH=none
  build asan
  if command -v clang++-14 >/dev/null; then
    configure fuzz "${common[@]}" -DSYNCGAP_TORCH=none
    build fuzz --target fuzz
  fi
  local toolkit
  toolkit=$(command -v nvcc || true)
  [ -n "$toolkit" ] || [ ! -x /usr/local/cuda/bin/nvcc ] || toolkit=/usr/local/cuda/bin/nvcc
  if [ -n "$toolkit" ]; then
    configure gpu "${common[@]}" -DSYNCGAP_TORCH=none
    build gpu --target test_gpu
    say "Tests on devices"
    ctest --preset gpu --label-regex gpu
  fi
  say "Tests with sanitizers"
  ctest --preset asan --label-regex 'unit|mpi' --parallel "$jobs"
  if command -v clang++-14 >/dev/null; then
    say "Fuzzing, a short run"
    ctest --preset fuzz --parallel "$jobs"
  else
    say "No fuzzing: no clang++-14"
  fi
  say "Tests"
  ctest --preset release --parallel "$jobs"
}

case $command in
  run) run_quickstart ;;
  test) run_tests ;;
  install) install_packages "${run_packages[@]}" "${test_packages[@]}"; install_torch ;;
esac
