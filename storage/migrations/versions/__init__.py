"""One file per step of the schema, up and down."""
