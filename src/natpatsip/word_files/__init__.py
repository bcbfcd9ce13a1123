"""What Word files hold: text with its tracked changes, comments with their threads, and whose cell each part is."""
