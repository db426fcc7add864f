"""Forms of cells that become numbers though they are no plain ones: amounts, percentages, dates; one form a file."""
