"""What the formats have in common."""
