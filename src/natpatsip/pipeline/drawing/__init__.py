"""Drawing: charts become SVG, PNG and the data that pages need."""
