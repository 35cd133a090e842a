"""What coverage hands out: drawn map, workbook, quarterly report; one set of facts, several files."""
