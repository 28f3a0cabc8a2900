"""Versions beside each other: what the comparison page shows. All but subjects, inputs, entries and pages is pure."""
