"""Which machines train together: a list of addresses, TF_CONFIG, SLURM's variables, and what is wrong with them."""

import json
import socket

import pytest

from dnnctl.engines.cluster import Cluster, address, expand, find_cluster
from dnnctl.errors import UsageError

# Reserved for documentation: nobody's own address.
ELSEWHERE = "203.0.113.1:2222"


def tf_config(cluster: object, task: object) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def slurm(rank: int, **others: str) -> dict[str, str]:
    step = {"NUM_TASKS": "3", "NODELIST": "gpu[08-09]", "TASKS_PER_NODE": "2,1"}
    return {**{f"SLURM_STEP_{name}": value for name, value in {**step, **others}.items()}, "SLURM_PROCID": str(rank)}


def test_one_machine_is_no_cluster() -> None:
    assert find_cluster(None, None, {}) is None
    assert find_cluster(None, None, tf_config({"worker": ["one:1"]}, {"type": "worker", "index": 0})) is None
    # In a batch script itself no step is running, whatever its tasks will be.
    assert find_cluster(None, None, {"SLURM_NTASKS": "4", "SLURM_PROCID": "0"}) is None
    assert find_cluster(None, None, slurm(0, NUM_TASKS="1")) is None


@pytest.mark.parametrize("own", ["localhost", "127.0.0.1", "[::1]", socket.gethostname()])
def test_a_machine_finds_itself_among_the_addresses(own: str) -> None:
    if own == "[::1]" and not socket.has_ipv6:
        pytest.skip("there is no IPv6 here")
    cluster = find_cluster(f"{ELSEWHERE}, {own}:2223", None, {})
    assert cluster == Cluster((ELSEWHERE, f"{own}:2223"), 1)
    assert not cluster.chief
    assert cluster.here == f"{own}:2223"
    assert Cluster(cluster.hosts, 0).chief
    assert cluster.others == (f"{own}:2223",)


def test_several_processes_of_a_machine_say_which_they_are() -> None:
    both = "localhost:2222,localhost:2223"
    assert find_cluster(both, 1, {}) == Cluster(("localhost:2222", "localhost:2223"), 1)
    with pytest.raises(UsageError, match=r"2 of them are this machine, .*; say which one this process is by `worker`"):
        find_cluster(both, None, {})


@pytest.mark.parametrize(
    ("hosts", "worker", "message"),
    [
        ("203.0.113.1:1,203.0.113.2:1", None, "none of them is this machine"),
        ("a:1,b:1", 2, r"`worker`: expected 0 to 1, .*; received 2"),
        ("a:1,b:1", -1, "received -1"),
        ("a:1", 0, r"expected two addresses or more, .*; received 1"),
        ("", 0, "received 0"),
        ("a:1,a:1", 0, "each address once; received a:1 twice"),
        ("a:1,b", 0, r"host:port, separated by commas; received 'b'"),
        ("a:1,b:0", 0, "received 'b:0'"),
        ("a:1,b:65536", 0, "received 'b:65536'"),
        ("a:1,b c:1", 0, "received 'b c:1'"),
        (None, 1, "expected `hosts` beside it"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(hosts: str | None, worker: int | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_cluster(hosts, worker, {})


def test_an_address_is_taken_apart() -> None:
    assert address("[fe80::1]:22") == ("fe80::1", 22)
    assert address("node-1.cluster:65535") == ("node-1.cluster", 65535)


def test_tf_config_names_the_chief_first() -> None:
    jobs = {"worker": ["b:1", "c:1"], "chief": ["a:1"]}
    for index, task in enumerate([("chief", 0), ("worker", 0), ("worker", 1)]):
        found = find_cluster(None, None, tf_config(jobs, {"type": task[0], "index": task[1]}))
        assert found == Cluster(("a:1", "b:1", "c:1"), index)
    # What is given goes before what the environment says.
    given = find_cluster("x:1,y:1", 0, tf_config(jobs, {"type": "chief", "index": 0}))
    assert given == Cluster(("x:1", "y:1"), 0)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"worker"',
        '{"cluster": {"worker": ["a:1", "b:1"]}}',
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "evaluator", "index": 0}}',
        '{"cluster": {"worker": ["a:1", "b:1"], "ps": ["c:1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": "x"}}',
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 7}}',
        '{"cluster": {"worker": [1, 2]}, "task": {"type": "worker", "index": 0}}',
    ],
)
def test_a_faulty_tf_config_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError):
        find_cluster(None, None, {"TF_CONFIG": text})


def test_slurm_tells_nodes_and_their_tasks() -> None:
    hosts = ("gpu08:12321", "gpu08:12322", "gpu09:12321")
    for rank in range(3):
        assert find_cluster(None, None, slurm(rank)) == Cluster(hosts, rank)
    assert find_cluster(None, None, slurm(0, NUM_TASKS="4", TASKS_PER_NODE="2(x2)")) == Cluster(
        ("gpu08:12321", "gpu08:12322", "gpu09:12321", "gpu09:12322"), 0
    )


@pytest.mark.parametrize("others", [{"NUM_TASKS": "2"}, {"NODELIST": ""}, {"TASKS_PER_NODE": "3"}, {"NUM_TASKS": "x"}])
def test_slurm_that_contradicts_itself_is_refused(others: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="SLURM"):
        find_cluster(None, None, slurm(0, **others))


@pytest.mark.parametrize(
    ("short", "nodes"),
    [
        ("n1", ["n1"]),
        ("n1,m2", ["n1", "m2"]),
        ("gpu[01-03,7],login", ["gpu01", "gpu02", "gpu03", "gpu7", "login"]),
        ("a-[9-11]", ["a-9", "a-10", "a-11"]),
        ("", []),
    ],
)
def test_slurms_short_form_is_written_out(short: str, nodes: list[str]) -> None:
    assert expand(short) == nodes


def test_tensorflows_messages_name_tasks() -> None:
    cluster = Cluster(("a:1", "b:1", "c:1"), 0)
    assert cluster.named_in("/job:worker/replica:0/task:2 and /job:worker/task:0, task 1") == ["c:1"]
    assert cluster.named_in("/task:17") == []
