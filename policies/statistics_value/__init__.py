"""Find out what cluster statistics are worth to policy."""
