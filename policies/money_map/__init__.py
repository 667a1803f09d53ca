"""Which strategy is ahead at which sum of money and to which year, and where it stops paying."""
