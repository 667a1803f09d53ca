"""A system-dynamics model of SME clusters and of what government can do for them."""
