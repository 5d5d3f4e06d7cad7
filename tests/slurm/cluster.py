"""A real Slurm cluster on the loopback device: munged, slurmctld and one slurmd per node.

Everything lives in one folder; nothing of the machine's own Slurm or munge is read or touched.
"""

import contextlib
import getpass
import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "scancel", "sinfo")
SEARCH_PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"

# Requeued jobs wait for their old credential to expire, hence cred_expire; the scheduler's own
# intervals are minutes by default.
CONFIGURATION = """
ClusterName=loopback
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
{communication}
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
PlugStackConfig={folder}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
TaskProlog={folder}/task-prolog
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
GresTypes=gpu
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=100000
KillWait=5
MinJobAge=3600
ReturnToService=2
NodeName=n[1-{nodes}] NodeHostname=localhost NodeAddr=127.0.0.1 Port={node_ports} CPUs={cpus} RealMemory=8000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""  # noqa: E501  (a line of slurm.conf)


def missing_programs():
    return [name for name in PROGRAMS if shutil.which(name, path=SEARCH_PATH) is None]


def slurm_version():
    told = subprocess.run(["slurmd", "-V"], capture_output=True, text=True, check=True,
                          env={**os.environ, "PATH": SEARCH_PATH}).stdout
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])


def wait_until(condition, seconds, what):
    """The first true value of `condition`, asked again and again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.2)
    raise TimeoutError(f"waited {seconds} s for {what}")


class Cluster:
    """Use as a context manager; `folder` must be new and private."""

    def __init__(self, folder, nodes=2, cpus=4):
        self.folder = pathlib.Path(folder)
        self.nodes = [f"n{i + 1}" for i in range(nodes)]
        self.cpus = cpus
        self.daemons = []
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("SLURM_", "SBATCH_", "OMPI_", "PMIX_"))}
        self.environment |= {
            "SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": SEARCH_PATH,
            # Sessions of Open MPI are removed with the folder; its ranks meet on loopback alone.
            "TMPDIR": str(self.folder / "tmp"), "OMPI_MCA_btl_tcp_if_include": "lo",
            "OMPI_MCA_oob_tcp_if_include": "lo"}

    def __enter__(self):
        try:
            self._configure()
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_):
        self._stop()

    def _configure(self):
        for name in ("state", "munge", "tmp"):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        with contextlib.ExitStack() as stack:  # all open at once, so all are different
            ports = []
            for _ in range(len(self.nodes) + 1):
                listener = stack.enter_context(socket.socket())
                listener.bind(("127.0.0.1", 0))
                ports.append(listener.getsockname()[1])
        bind = os.environ.get("SYNCGAP_SLURM_BIND")
        text = CONFIGURATION.format(
            folder=self.folder, user=getpass.getuser(), nodes=len(self.nodes), cpus=self.cpus,
            controller_port=ports[0], node_ports="[" + ",".join(map(str, ports[1:])) + "]",
            communication="CommunicationParameters=" + bind if bind else "")
        (self.folder / "plugstack.conf").touch()
        names = f"NodeName=n[1-{len(self.nodes)}] Name=gpu"
        (self.folder / "gres.conf").write_text(f"{names} File=/dev/null\n{names} File=/dev/zero\n")
        (self.folder / "slurm.conf").write_text(text)
        # Newer daemons want the cgroup file system, which containers may lack, unless told so in
        # words that older ones do not know.
        newer = slurm_version() >= (23, 11)
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n" if newer else "")
        # Nodes that share a machine need folders of their own for what Slurm and Open MPI name by
        # job and rank alone.
        for node in self.nodes:
            own = self.folder / f"etc-{node}"
            own.mkdir()
            for name in ("slurm.conf", "gres.conf", "plugstack.conf", "cgroup.conf"):
                (own / name).symlink_to(self.folder / name)
            (self.folder / f"mpi-{node}").mkdir()
            (own / "mpi.conf").write_text(f"PMIxCliTmpDirBase={self.folder}/mpi-{node}\n")
        prolog = self.folder / "task-prolog"
        prolog.write_text("#!/bin/sh\necho export OMPI_MCA_btl_vader_backing_directory="
                          f"{self.folder}/mpi-$SLURMD_NODENAME\n")
        prolog.chmod(0o755)

    def _start(self):
        munge = self.folder / "munge"
        self._launch("munged", "--foreground", "--force", f"--key-file={munge}/key",
                     f"--socket={munge}/socket", f"--pid-file={munge}/pid",
                     f"--log-file={munge}/log", f"--seed-file={munge}/seed", "--num-threads=2")
        self._wait((munge / "socket").exists, 10, "munged")
        self._launch("slurmctld", "-D", "-c", "-f", self.folder / "slurm.conf")
        for node in self.nodes:
            self._launch("slurmd", "-D", "-N", node, "-f",
                         self.folder / f"etc-{node}" / "slurm.conf")
        self._wait(self._all_idle, 30, "idle nodes")

    def _wait(self, condition, seconds, what):
        def reached():
            dead = [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]
            if dead:
                raise RuntimeError(f"{dead[0]} ended at once\n{self.logs()}")
            return condition()
        try:
            wait_until(reached, seconds, what)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.logs()}") from None

    def _launch(self, program, *arguments):
        log = (self.folder / f"{program}.out").open("ab")
        self.daemons.append(subprocess.Popen(
            [program, *map(str, arguments)], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True))

    def _all_idle(self):
        answer = self.run("sinfo", "-h", "-N", "-o", "%T", check=False)
        return answer.stdout.split() == ["idle"] * len(self.nodes)

    def _stop(self):
        if self.daemons:
            with contextlib.suppress(subprocess.SubprocessError, OSError):
                self.run("scancel", "--user", getpass.getuser(), check=False, timeout=10)
                wait_until(lambda: not self.run("squeue", "-h", check=False).stdout, 10, "jobs")
        for daemon in reversed(self.daemons):  # nodes, then the controller, then munged
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def run(self, *command, check=True, timeout=60, **options):
        """Runs a Slurm command against this cluster."""
        options.setdefault("env", self.environment)
        return subprocess.run([str(part) for part in command], text=True, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=check,
                              stdin=subprocess.DEVNULL, **options)

    def job(self, number):
        """What `scontrol show job` says, as a dictionary; of an array, its first listed task."""
        answer = self.run("scontrol", "-o", "show", "job", number)
        return dict(re.findall(r"(\S+?)=(\S*)", answer.stdout.splitlines()[0]))

    def wait_for(self, number, states, seconds):
        """Waits until the job is in one of `states`; returns its description."""
        def reached():
            job = self.job(number)
            return job if job["JobState"] in states else None
        return wait_until(reached, seconds, f"job {number} to be {states}: {self.job(number)}")

    def logs(self):
        """The ends of all logs, for a failing test's message."""
        return "\n".join(f"--- {log.name}\n" + log.read_text(errors="replace")[-2000:]
                         for log in sorted([*self.folder.glob("*.log"),
                                            *self.folder.glob("*.out")]))
