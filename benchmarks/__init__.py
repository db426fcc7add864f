"""dnnctl measured against its peers and against the machine: `make bench`, or `python -m benchmarks --help`.

    __main__.py      the command
    works.py         what is trained: network, data, batch size, optimizer, epochs
    contenders/      who trains it: one file a framework, the matrix products alone, and dnnctl
    worker.py        one contender in a process of its own, which runs a round when it is told to
    interleaving.py  rounds A B C A B C, and each peer's best number of threads
    sections/        trainings, whole commands, pipeline, rows
    timings.py       medians, ranges, the check of steps
    targets.py       what is to be reached
    tables.py        tables from the JSON file

Nothing here is a test, and nothing here is installed with dnnctl.
"""
