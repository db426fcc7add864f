"""Let `python -m dnnctl` do what the `dnnctl` command does."""

from dnnctl.cli.main import main

if __name__ == "__main__":
    main()
