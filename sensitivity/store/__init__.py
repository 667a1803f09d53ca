"""A study's runs on disk."""
