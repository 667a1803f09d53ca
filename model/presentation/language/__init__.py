"""Pages in English and Chinese: one catalogue of messages, and how each language writes numbers."""
