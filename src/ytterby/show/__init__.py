"""Results made visible: report, tables, pictures, exports. One function a record; records never render themselves.

Import what is needed from its module: `show.report.report`, `show.summary.print_summary`, `show.export.to_json`,
`show.export.write_csv`, `show.notebook.attach`.
"""
