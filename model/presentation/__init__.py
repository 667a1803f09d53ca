"""What people see: pages, figures, tables, exports, and the words in them."""
