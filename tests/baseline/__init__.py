"""Every shipped result, stored, and checked against what the code gives today.

    python -m tests.baseline                  # check, and list what has moved
    python -m tests.baseline --renew          # store today's values (make baseline)
    python -m tests.baseline --only base-run  # one part of it

All values stand in ``values.json``, by part. A change of a result is made on purpose: renew the
values, read the lines that the command prints, and mark the change **results** in CHANGELOG.md.
"""

# Each collects parts when it is imported.
from . import calibration as calibration
from . import exchange as exchange
from . import model as model
from . import policies as policies
from . import sensitivity as sensitivity
