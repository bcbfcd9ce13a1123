"""How the illustrative series are drawn: `series` (points and conditions), `counts` (whole numbers), and each file."""
