"""What is refused in charts that a notebook draws with Altair itself: in what they say, and in what is drawn."""
