"""The command line, the evidence store and the reports."""
