"""What every source of data needs: columns, targets, faults, quality, places and whole files."""
