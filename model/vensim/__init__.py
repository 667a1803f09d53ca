"""Read and rewrite Vensim and XMILE files."""
