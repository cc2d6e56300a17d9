"""What people think of what they got: judged, counted, moderated, exported."""
