"""Linked leaders and first secretaries: whom they are linked to, when they came, who is due."""
