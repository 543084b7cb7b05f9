"""The words everyone speaks: errors, elements, units, tables with schemas, and the glossary."""
