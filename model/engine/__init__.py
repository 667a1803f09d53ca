"""Any Vensim or XMILE model to runs: read, build, compile, run."""
