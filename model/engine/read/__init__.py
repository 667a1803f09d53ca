"""Read Vensim and XMILE files."""
