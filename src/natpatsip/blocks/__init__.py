"""What a cell shows on the page: figures and pictures, tables and callouts, tiles, and what other libraries make."""
