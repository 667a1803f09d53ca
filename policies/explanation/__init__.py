"""Why a lever does what it does: the links of the model that carry its effect."""
