"""The brief: one page for whoever decides, in English or Chinese, made from every answer."""
