"""What every source of data needs: targets, faults, quality, places and whole files."""
