"""What every package uses: errors, files, locks, checkpoints, provenance, pages."""
