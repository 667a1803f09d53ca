"""What the author of a case uses: a template, a check, and tools that copy figures and values."""
