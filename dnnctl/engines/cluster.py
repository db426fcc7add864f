r"""The machines that train one network together, as whoever started the program describes them.

Three descriptions are understood: a list of addresses, the variable `TF_CONFIG` (TensorFlow's own, which Kubernetes
operators set), and SLURM's variables in a job step of several tasks. The first address is the chief, which writes the
run.
"""

import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dnnctl.errors import UsageError

# Where SLURM's tasks listen: this port, and the next ones for further tasks of a machine.
SLURM_PORT = 12_321
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_TASK = re.compile(r"/task:([0-9]+)")


@dataclass(frozen=True)
class Cluster:
    """The machines of one training, and which of them this is.

    Args:
        hosts: Their addresses, as `host:port`, the chief first.
        index: This one's place in them.
    """

    hosts: tuple[str, ...]
    index: int

    @property
    def chief(self) -> bool:
        """Whether this one writes the run and decides."""
        return self.index == 0

    @property
    def here(self) -> str:
        """This one's address."""
        return self.hosts[self.index]

    @property
    def others(self) -> tuple[str, ...]:
        """The addresses of all but the chief."""
        return self.hosts[1:]

    def named_in(self, text: str) -> list[str]:
        """Return the addresses of the tasks that a message of TensorFlow names, as `/job:worker/task:1`."""
        tasks = dict.fromkeys(int(number) for number in _TASK.findall(text))
        return [self.hosts[task] for task in tasks if task < len(self.hosts) and task != self.index]


def address(text: str) -> tuple[str, int]:
    """Return host and port of an address.

    Args:
        text: As `host:port`; an IPv6 address in brackets.

    Raises:
        UsageError: If it is none.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 1 << 16:
        raise UsageError(f"`hosts`: expected addresses as host:port, separated by commas; received {text[:60]!r}")
    return found["host"].strip("[]"), int(found["port"])


def find_cluster(hosts: str | None, worker: int | None, environment: Mapping[str, str]) -> Cluster | None:
    """Return the machines that train together; None if it is this one alone.

    Args:
        hosts: Addresses separated by commas, the chief first; None to ask the environment.
        worker: Which of them this is, counted from 0; None to find out.
        environment: Variables: `TF_CONFIG`, then SLURM's.

    Raises:
        UsageError: If a description is faulty, or this machine is not in it.
    """
    if hosts is not None:
        return _of_list(hosts, worker)
    if worker is not None:
        raise UsageError("`worker` says which of `hosts` this machine is; expected `hosts` beside it")
    if environment.get("TF_CONFIG", "").strip():
        return _of_tf_config(environment["TF_CONFIG"])
    if int_of(environment, "SLURM_STEP_NUM_TASKS", 1) > 1:
        return _of_slurm(environment)
    return None


def _of_list(hosts: str, worker: int | None) -> Cluster:
    """Return the cluster of a list of addresses."""
    listed = _checked([part.strip() for part in hosts.split(",") if part.strip()])
    if worker is not None:
        if not 0 <= worker < len(listed):
            raise UsageError(f"`worker`: expected 0 to {len(listed) - 1}, a place in `hosts`; received {worker}")
        return Cluster(listed, worker)
    own = [i for i, host in enumerate(listed) if _is_here(address(host)[0])]
    if len(own) != 1:
        found = "none of them is" if not own else f"{len(own)} of them are"
        raise UsageError(
            f"`hosts`: {found} this machine, {socket.gethostname()}; say which one this process is by `worker`, "
            f"0 to {len(listed) - 1}"
        )
    return Cluster(listed, own[0])


def _checked(hosts: Sequence[str]) -> tuple[str, ...]:
    """Return addresses, each of them well formed and there once."""
    for host in hosts:
        address(host)
    twice = sorted({host for host in hosts if hosts.count(host) > 1})
    if twice:
        raise UsageError(f"`hosts`: expected each address once; received {twice[0]} twice")
    if len(hosts) < 2:
        raise UsageError(f"`hosts`: expected two addresses or more, as host1:port,host2:port; received {len(hosts)}")
    return tuple(hosts)


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine: an address that a socket of ours can be bound to."""
    if host in {socket.gethostname(), socket.gethostname().partition(".")[0]}:
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    for family, kind, protocol, _, place in found:
        with socket.socket(family, kind, protocol) as probe:
            try:
                probe.bind((place[0], 0))
            except OSError:
                continue
            return True
    return False


def _of_tf_config(text: str) -> Cluster | None:
    """Return the cluster that `TF_CONFIG` describes; None if it describes one machine."""
    expected = '{"cluster": {"worker": ["host1:port", "host2:port"]}, "task": {"type": "worker", "index": 0}}'
    try:
        read = json.loads(text)
        jobs, task = read.get("cluster") or {}, read.get("task") or {}
        hosts = [*jobs.get("chief", []), *jobs.get("worker", [])]
        if len(hosts) < 2:
            return None
        others = set(jobs) - {"chief", "worker"}
        if others or task["type"] not in jobs:
            raise ValueError(f"tasks of the kinds chief and worker; received {sorted(others) or task['type']}")
        place = int(task["index"]) + (len(jobs.get("chief", [])) if task["type"] == "worker" else 0)
        return _of_list(",".join(hosts), place)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"TF_CONFIG: expected {expected}; received {text[:200]!r} ({error})") from None


def int_of(environment: Mapping[str, str], name: str, default: int | None = None) -> int:
    """Return a variable that is a whole number.

    Raises:
        UsageError: If it is none.
    """
    text = environment.get(name, "" if default is None else str(default))
    if not re.fullmatch(r"[0-9]+", text):
        raise UsageError(f"{name}: expected a whole number; received {text[:40]!r}")
    return int(text)


def _of_slurm(environment: Mapping[str, str]) -> Cluster:
    """Return the cluster of a SLURM job step: its nodes in order, each with its tasks.

    Source: SLURM's documentation of srun, output environment variables.
    """
    nodes = expand(environment.get("SLURM_STEP_NODELIST", ""))
    counts: list[int] = []
    for part in environment.get("SLURM_STEP_TASKS_PER_NODE", "").split(","):
        found = re.fullmatch(r"([0-9]+)(?:\(x([0-9]+)\))?", part)
        counts += [int(found[1])] * int(found[2] or 1) if found else []
    tasks = int_of(environment, "SLURM_STEP_NUM_TASKS")
    if len(counts) != len(nodes) or sum(counts) != tasks:
        raise UsageError(
            "SLURM: SLURM_STEP_NODELIST and SLURM_STEP_TASKS_PER_NODE do not describe the tasks of this step; "
            "say where they are by `hosts` and `worker`"
        )
    pairs = zip(nodes, counts, strict=True)
    hosts = [f"{node}:{SLURM_PORT + i}" for node, count in pairs for i in range(count)]
    return _of_list(",".join(hosts), int_of(environment, "SLURM_PROCID"))


def expand(nodes: str) -> list[str]:
    """Return the nodes that SLURM's short form stands for, as `gpu[01-03,7],login` for five of them."""
    found = []
    for name, ranges in re.findall(r"([^,\[\]]+)(?:\[([^\]]*)\])?", nodes):
        for part in ranges.split(",") if ranges else [""]:
            first, _, last = part.partition("-")
            if not last:
                found.append(name + first)
                continue
            found += [f"{name}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    return found
