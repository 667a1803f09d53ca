"""One document, written as a page, a Word file and a workbook."""
