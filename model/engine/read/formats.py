"""Which files are models, by the ends of their names."""

VENSIM = (".mdl",)
XMILE = (".xmile", ".xml", ".stmx")
