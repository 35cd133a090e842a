"""Registers as workbooks: templates and exports out, filled-in sheets in, compared before they are taken."""
